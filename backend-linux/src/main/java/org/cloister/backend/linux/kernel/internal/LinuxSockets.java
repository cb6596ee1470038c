// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
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

    private final NativeCalls calls;

    LinuxSockets(NativeCalls calls) {
        this.calls = calls;
    }

    @Override
    public int connect(String path) {
        return opened(path, (fd, address) -> (int) calls.call(
                state -> (int) Libc.CONNECT.invokeExact(state, fd, address, ADDRESS)));
    }

    @Override
    public int listen(String path) {
        return opened(path, (fd, address) -> {
            int bound = (int) calls.call(state -> (int) Libc.BIND.invokeExact(state, fd, address, ADDRESS));
            return bound < 0 ? bound : (int) calls.call(state -> (int) Libc.LISTEN.invokeExact(state, fd, BACKLOG));
        });
    }

    /** What makes a new socket one of a path; 0 or a negative errno. */
    @FunctionalInterface
    private interface Use {
        int make(int fd, MemorySegment address);
    }

    private int opened(String path, Use use) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= ADDRESS - PATH) {
            return -Errno.ENAMETOOLONG.number();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS, Short.BYTES);
            address.set(JAVA_SHORT, 0, (short) UNIX);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, PATH, name.length);
            int fd = (int) calls.call(
                    state -> (int) Libc.SOCKET.invokeExact(state, UNIX, STREAM | CLOSE_ON_EXEC, 0));
            if (fd < 0) {
                return fd;
            }
            int refused = use.make(fd, address);
            if (refused == 0) {
                return fd;
            }
            calls.call(state -> (int) Libc.CLOSE.invokeExact(state, fd));
            return refused;
        }
    }

    @Override
    public int accept(int fd) {
        return (int) calls.call(state -> (int) Libc.ACCEPT4.invokeExact(
                state, fd, MemorySegment.NULL, MemorySegment.NULL, CLOSE_ON_EXEC));
    }

    @Override
    public long send(int fd, MemorySegment bytes, int... descriptors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = SocketMessage.outgoing(arena, bytes, descriptors);
            return calls.repeat(state -> (long) Libc.SENDMSG.invokeExact(state, fd, message, NO_SIGNAL));
        }
    }

    @Override
    public Received receive(int fd, MemorySegment bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = SocketMessage.incoming(arena, bytes);
            long got = calls.call(
                    state -> (long) Libc.RECVMSG.invokeExact(state, fd, message, DESCRIPTORS_CLOSE_ON_EXEC));
            return got < 0 ? new Received(got, new int[0], false)
                    : new Received(got, SocketMessage.descriptors(message), SocketMessage.isTruncated(message));
        }
    }

    @Override
    public int shutdown(int fd) {
        return (int) calls.call(state -> (int) Libc.SHUTDOWN.invokeExact(state, fd, BOTH_WAYS));
    }
}
