// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * System calls of x86-64 by their numbers, without any help of the product's: results are as the kernel gives them,
 * negative for an errno.
 */
@SuppressWarnings("restricted")
final class Raw {
    static final int EPERM = -1;
    static final int EBADF = -9;
    static final int ENOMEM = -12;
    static final int EACCES = -13;
    static final int EFAULT = -14;
    static final int ENODEV = -19;
    static final int EINVAL = -22;
    static final int ENOTTY = -25;
    static final int ESPIPE = -29;

    static final int ALLOC = 0xC018_4800;
    static final int SYNC = 0x4008_6200;
    static final int SET_NAME = 0x4008_6201;
    static final int EXPORT = 0xC008_6202;
    static final int IMPORT = 0x4008_6203;
    static final int READ_WRITE = 2;
    static final int CLOSE_ON_EXEC = 0x80000;

    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int OPEN = 2;
    private static final int CLOSE = 3;
    private static final int POLL = 7;
    private static final int LSEEK = 8;
    private static final int MMAP = 9;
    private static final int MUNMAP = 11;
    private static final int IOCTL = 16;
    private static final int PREAD = 17;
    private static final int FCNTL = 72;
    private static final int FTRUNCATE = 77;
    private static final int FALLOCATE = 285;
    private static final int PRLIMIT = 302;
    private static final int LIMIT_FILES = 7;

    private static final MethodHandle SYSCALL = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(1));
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));

    private Raw() {}

    private static long call(long number, long a, long b, long c, long d, long e, long f) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f);
            return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) call(OPEN, arena.allocateFrom(path).address(), flags, 0, 0, 0, 0);
        }
    }

    static int close(int fd) {
        return (int) call(CLOSE, fd, 0, 0, 0, 0, 0);
    }

    static int ioctl(int fd, int request, MemorySegment argument) {
        return (int) call(IOCTL, fd, Integer.toUnsignedLong(request), argument.address(), 0, 0, 0);
    }

    static long read(int fd, MemorySegment into) {
        return call(READ, fd, into.address(), into.byteSize(), 0, 0, 0);
    }

    static long write(int fd, MemorySegment from) {
        return call(WRITE, fd, from.address(), from.byteSize(), 0, 0, 0);
    }

    static long pread(int fd, MemorySegment into) {
        return call(PREAD, fd, into.address(), into.byteSize(), 0, 0, 0);
    }

    static long lseek(int fd, long offset, int whence) {
        return call(LSEEK, fd, offset, whence, 0, 0, 0);
    }

    static long truncate(int fd, long size) {
        return call(FTRUNCATE, fd, size, 0, 0, 0, 0);
    }

    static long allocate(int fd, long size) {
        return call(FALLOCATE, fd, 0, 0, size, 0, 0);
    }

    /** Maps, shared: the address, or a negative errno. */
    static long map(int fd, long size, int protection, long offset) {
        return call(MMAP, 0, size, protection, 1, fd, offset);
    }

    static long unmap(long address, long size) {
        return call(MUNMAP, address, size, 0, 0, 0, 0);
    }

    static int fcntl(int fd, int command) {
        return (int) call(FCNTL, fd, command, 0, 0, 0, 0);
    }

    /** The events of those asked for that are there now. */
    static int poll(int fd, int events) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(8, 8);
            argument.set(JAVA_INT, 0, fd);
            argument.set(JAVA_INT, 4, events);
            return (int) call(POLL, argument.address(), 1, 0, 0, 0, 0) < 1 ? 0 : argument.get(JAVA_INT, 4) >>> 16;
        }
    }

    /** Sets the soft limit of open files and returns the one before. */
    static long limitFiles(long limit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limits = arena.allocate(16, 8);
            call(PRLIMIT, 0, LIMIT_FILES, 0, limits.address(), 0, 0);
            long before = limits.get(JAVA_LONG, 0);
            limits.set(JAVA_LONG, 0, limit);
            if (call(PRLIMIT, 0, LIMIT_FILES, limits.address(), 0, 0, 0) != 0) {
                throw new AssertionError("the limit of open files cannot be set to " + limit);
            }
            return before;
        }
    }

    /** struct dma_heap_allocation_data. */
    static MemorySegment allocation(Arena arena, long length, int fd, int fdFlags, long heapFlags) {
        MemorySegment data = arena.allocate(64, 8);
        data.set(JAVA_LONG, 0, length);
        data.set(JAVA_INT, 8, fd);
        data.set(JAVA_INT, 12, fdFlags);
        data.set(JAVA_LONG, 16, heapFlags);
        return data;
    }

    /** Allocates from {@code heap}: the new descriptor, or a negative errno. */
    static int alloc(int heap, long length, int fd, int fdFlags, long heapFlags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = allocation(arena, length, fd, fdFlags, heapFlags);
            int result = ioctl(heap, ALLOC, data);
            return result < 0 ? result : data.get(JAVA_INT, 8);
        }
    }

    static int sync(int fd, long flags) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(fd, SYNC, arena.allocateFrom(JAVA_LONG, flags));
        }
    }

    static int name(int fd, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(fd, SET_NAME, arena.allocateFrom(name));
        }
    }

    /** Exports a sync file: its descriptor, or a negative errno. */
    static int exportFences(int fd, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocateFrom(JAVA_INT, flags, -1);
            int result = ioctl(fd, EXPORT, data);
            return result < 0 ? result : data.get(JAVA_INT, 4);
        }
    }

    static int importFence(int fd, int flags, int file) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(fd, IMPORT, arena.allocateFrom(JAVA_INT, flags, file));
        }
    }
}
