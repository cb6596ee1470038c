// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/** The real system calls, of the process that this runs in. */
public final class LinuxCalls implements SystemCalls {
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int READ_WRITE = 2;
    private static final int DUPLICATE_CLOSE_ON_EXEC = 1030;
    private static final int SEEK_END = 2;
    private static final int PROTECTION_READ = 1;
    private static final int PROTECTION_WRITE = 2;
    private static final int SHARED = 1;
    private static final int PAGE_SIZE = 30;
    private static final short READABLE = 1;

    private static final StructLayout POLL = MemoryLayout.structLayout(
            JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"), JAVA_SHORT.withName("revents")).withName("pollfd");
    private static final VarHandle POLL_FD = Fields.of(POLL, "fd");
    private static final VarHandle POLL_EVENTS = Fields.of(POLL, "events");
    private static final VarHandle POLL_RESULT = Fields.of(POLL, "revents");

    private final Scratch scratch = new Scratch();
    private final SocketCalls sockets = new LinuxSockets(scratch);

    /** Whether this machine has Linux, and this class thus works. */
    public static boolean isHere() {
        return "Linux".equals(System.getProperty("os.name"));
    }

    @Override
    public int open(String path, boolean writable) {
        MemorySegment state = scratch.take();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            int flags = CLOSE_ON_EXEC | (writable ? READ_WRITE : 0);
            int result;
            do {
                int fd = (int) Libc.OPEN.invokeExact(state, name, flags);
                result = fd < 0 ? Libc.error(state) : fd;
            } while (result == -Errno.EINTR.number());
            return result;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    @Override
    public int close(int fd) {
        MemorySegment state = scratch.take();
        try {
            return (int) Libc.CLOSE.invokeExact(state, fd) < 0 ? Libc.error(state) : 0;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    @Override
    public int ioctl(int fd, Ioctl request, MemorySegment argument) {
        MemorySegment state = scratch.take();
        try {
            int result;
            do {
                int answer = (int) Libc.IOCTL.invokeExact(
                        state, fd, Integer.toUnsignedLong(request.code()), argument);
                result = answer < 0 ? Libc.error(state) : answer;
            } while (result == -Errno.EINTR.number());
            return result;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    @Override
    public int duplicate(int fd) {
        MemorySegment state = scratch.take();
        try {
            int copy = (int) Libc.FCNTL.invokeExact(state, fd, DUPLICATE_CLOSE_ON_EXEC, 0);
            return copy < 0 ? Libc.error(state) : copy;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    @Override
    public long size(int fd) {
        MemorySegment state = scratch.take();
        try {
            long end = (long) Libc.LSEEK.invokeExact(state, fd, 0L, SEEK_END);
            return end < 0 ? Libc.error(state) : end;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    @Override
    public int poll(int fd, int milliseconds) {
        MemorySegment state = scratch.take();
        MemorySegment argument = scratch.take();
        try {
            POLL_FD.set(argument, 0L, fd);
            POLL_EVENTS.set(argument, 0L, READABLE);
            POLL_RESULT.set(argument, 0L, (short) 0);
            int ready = (int) Libc.POLL.invokeExact(state, argument, 1L, milliseconds);
            return ready < 0 ? Libc.error(state) : ready;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(argument);
            scratch.give(state);
        }
    }

    @Override
    @SuppressWarnings("restricted")
    public Mapped map(int fd, long size, boolean readable, boolean writable, Arena arena) {
        MemorySegment state = scratch.take();
        try {
            int protection = (readable ? PROTECTION_READ : 0) | (writable ? PROTECTION_WRITE : 0);
            MemorySegment start = (MemorySegment) Libc.MMAP.invokeExact(
                    state, MemorySegment.NULL, size, protection, SHARED, fd, 0L);
            if (start.address() == -1L) {
                return new Mapped(MemorySegment.NULL, Libc.error(state));
            }
            return new Mapped(MemorySegment.ofAddress(start.address()).reinterpret(size, arena, this::unmap), 0);
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    private void unmap(MemorySegment mapped) {
        MemorySegment state = scratch.take();
        try {
            if ((int) Libc.MUNMAP.invokeExact(state, mapped, mapped.byteSize()) < 0) {
                throw new IllegalStateException("a mapping does not go: " + Errno.describe(Libc.error(state)));
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }

    @Override
    public SocketCalls sockets() {
        return sockets;
    }

    @Override
    public long pageSize() {
        MemorySegment state = scratch.take();
        try {
            return (long) Libc.SYSCONF.invokeExact(state, PAGE_SIZE);
        } catch (Throwable e) {
            throw Libc.thrown(e);
        } finally {
            scratch.give(state);
        }
    }
}
