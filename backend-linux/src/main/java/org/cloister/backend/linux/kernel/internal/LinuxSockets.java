// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Stream sockets of the Unix family. Safe for use by any thread. */
final class LinuxSockets implements SocketCalls {
    private static final int UNIX = 1;
    private static final int STREAM = 1;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int BACKLOG = 16;
    private static final int NO_SIGNAL = 0x4000;
    private static final int DESCRIPTORS_CLOSE_ON_EXEC = 0x40000000;
    private static final int BOTH_WAYS = 2;
    /** struct sockaddr_un: the family, then the path with its final NUL. */
    private static final int ADDRESS = 110;
    private static final int PATH = 2;

    private final Scratch scratch;

    LinuxSockets(Scratch scratch) {
        this.scratch = scratch;
    }

    @Override
    public int connect(String path) {
        return bound(path, false);
    }

    @Override
    public int listen(String path) {
        return bound(path, true);
    }

    private int bound(String path, boolean listen) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= ADDRESS - PATH) {
            return -Errno.ENAMETOOLONG.number();
        }
        MemorySegment state = scratch.take();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS, Short.BYTES);
            address.set(JAVA_SHORT, 0, (short) UNIX);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, PATH, name.length);
            int fd = (int) Libc.SOCKET.invokeExact(state, UNIX, STREAM | CLOSE_ON_EXEC, 0);
            if (fd < 0) {
                return Libc.error(state);
            }
            int done = listen ? (int) Libc.BIND.invokeExact(state, fd, address, ADDRESS)
                    : (int) Libc.CONNECT.invokeExact(state, fd, address, ADDRESS);
            if (done == 0 && listen) {
                done = (int) Libc.LISTEN.invokeExact(state, fd, BACKLOG);
            }
            if (done == 0) {
                return fd;
            }
            int error = Libc.error(state);
            int closed = (int) Libc.CLOSE.invokeExact(state, fd);
            assert closed == 0 : "a new socket does not close";
            return error;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    @Override
    public int accept(int fd) {
        MemorySegment state = scratch.take();
        try {
            int connection = (int) Libc.ACCEPT4.invokeExact(
                    state, fd, MemorySegment.NULL, MemorySegment.NULL, CLOSE_ON_EXEC);
            return connection < 0 ? Libc.error(state) : connection;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    @Override
    public long send(int fd, MemorySegment bytes, int... descriptors) {
        MemorySegment state = scratch.take();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = SocketMessage.outgoing(arena, bytes, descriptors);
            long result;
            do {
                long sent = (long) Libc.SENDMSG.invokeExact(state, fd, message, NO_SIGNAL);
                result = sent < 0 ? Libc.error(state) : sent;
            } while (result == -Errno.EINTR.number());
            return result;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    @Override
    public Received receive(int fd, MemorySegment bytes) {
        MemorySegment state = scratch.take();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = SocketMessage.incoming(arena, bytes);
            long got = (long) Libc.RECVMSG.invokeExact(state, fd, message, DESCRIPTORS_CLOSE_ON_EXEC);
            if (got < 0) {
                return new Received(Libc.error(state), new int[0], false);
            }
            return new Received(got, SocketMessage.descriptors(message), SocketMessage.isTruncated(message));
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    @Override
    public int shutdown(int fd) {
        MemorySegment state = scratch.take();
        try {
            return (int) Libc.SHUTDOWN.invokeExact(state, fd, BOTH_WAYS) < 0 ? Libc.error(state) : 0;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }
}
