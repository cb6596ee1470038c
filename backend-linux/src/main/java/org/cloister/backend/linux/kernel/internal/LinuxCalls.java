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

    private final NativeCalls library = new NativeCalls();
    private final SocketCalls sockets = new LinuxSockets(library);

    /** Whether this machine has Linux, and this class thus works. */
    public static boolean isHere() {
        return "Linux".equals(System.getProperty("os.name"));
    }

    @Override
    public int open(String path, boolean writable) {
        int flags = CLOSE_ON_EXEC | (writable ? READ_WRITE : 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return (int) library.repeat(state -> (int) Libc.OPEN.invokeExact(state, name, flags));
        }
    }

    @Override
    public int close(int fd) {
        return (int) library.call(state -> (int) Libc.CLOSE.invokeExact(state, fd));
    }

    @Override
    public int ioctl(int fd, Ioctl request, MemorySegment argument) {
        long code = Integer.toUnsignedLong(request.code());
        return (int) library.repeat(state -> (int) Libc.IOCTL.invokeExact(state, fd, code, argument));
    }

    @Override
    public int duplicate(int fd) {
        return (int) library.call(
                state -> (int) Libc.FCNTL.invokeExact(state, fd, DUPLICATE_CLOSE_ON_EXEC, 0));
    }

    @Override
    public long size(int fd) {
        return library.call(state -> (long) Libc.LSEEK.invokeExact(state, fd, 0L, SEEK_END));
    }

    @Override
    public int poll(int fd, int milliseconds) {
        MemorySegment argument = library.scratch().take();
        try {
            POLL_FD.set(argument, 0L, fd);
            POLL_EVENTS.set(argument, 0L, READABLE);
            POLL_RESULT.set(argument, 0L, (short) 0);
            return (int) library.call(state -> (int) Libc.POLL.invokeExact(state, argument, 1L, milliseconds));
        } finally {
            library.scratch().give(argument);
        }
    }

    @Override
    @SuppressWarnings("restricted") // the kernel says where the memory is, and it has the size that was asked for
    public Mapped map(int fd, long size, boolean readable, boolean writable, Arena arena) {
        int protection = (readable ? PROTECTION_READ : 0) | (writable ? PROTECTION_WRITE : 0);
        long start = library.call(state -> ((MemorySegment) Libc.MMAP.invokeExact(
                state, MemorySegment.NULL, size, protection, SHARED, fd, 0L)).address());
        return start < 0 ? new Mapped(MemorySegment.NULL, (int) start)
                : new Mapped(MemorySegment.ofAddress(start).reinterpret(size, arena, this::unmap), 0);
    }

    private void unmap(MemorySegment mapped) {
        long result = library.call(state -> (int) Libc.MUNMAP.invokeExact(state, mapped, mapped.byteSize()));
        if (result < 0) {
            throw new IllegalStateException("a mapping does not go: " + Errno.describe(result));
        }
    }

    @Override
    public SocketCalls sockets() {
        return sockets;
    }

    @Override
    public long pageSize() {
        return library.call(state -> (long) Libc.SYSCONF.invokeExact(state, PAGE_SIZE));
    }
}
