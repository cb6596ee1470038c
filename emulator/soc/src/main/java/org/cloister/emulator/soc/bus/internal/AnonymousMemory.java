// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * Memory of the operating system that is reserved without being committed: a page costs nothing until it is touched,
 * and reads as zero. Linux only (mmap with MAP_NORESERVE). Safe for use by any thread.
 */
final class AnonymousMemory {
    private static final int PROT_READ_WRITE = 0x1 | 0x2;
    private static final int MAP_PRIVATE = 0x02;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;
    private static final long MAP_FAILED = -1;

    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final MethodHandle mmap;
    private final MethodHandle munmap;

    /**
     * Looks the system calls up.
     *
     * @throws HeapException {@code NOT_SUPPORTED} on an operating system other than Linux
     */
    @SuppressWarnings("restricted")
    AnonymousMemory() {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            throw new HeapException(HeapError.NOT_SUPPORTED, "reserve physical memory", "operating system " + system,
                    "sparse memory is made by Linux system calls", "run the emulator on Linux, or in a container");
        }
        Linker linker = Linker.nativeLinker();
        SymbolLookup symbols = linker.defaultLookup();
        mmap = linker.downcallHandle(symbols.findOrThrow("mmap"),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
                Linker.Option.captureCallState("errno"));
        munmap = linker.downcallHandle(symbols.findOrThrow("munmap"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    }

    /**
     * Reserves memory.
     *
     * @param size bytes, a multiple of 4 KiB
     * @param arena gives it back to the operating system when closed
     * @throws HeapException {@code NO_MEMORY} when the operating system refuses
     */
    @SuppressWarnings("restricted")
    MemorySegment reserve(long size, Arena arena) {
        long address;
        int errno;
        try (Arena call = Arena.ofConfined()) {
            MemorySegment captured = call.allocate(CAPTURED);
            address = (long) mmap.invokeExact(captured, 0L, size, PROT_READ_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);
            errno = (int) ERRNO.get(captured, 0L);
        } catch (Throwable failure) {
            throw new LinkageError("mmap could not be called", failure);
        }
        if (address == MAP_FAILED) {
            throw new HeapException(HeapError.NO_MEMORY, "reserve %d MiB of physical memory".formatted(size >> 20),
                    "the operating system", "mmap failed with errno " + errno,
                    "choose a board with less memory, or raise the limit of address space (ulimit -v)");
        }
        return MemorySegment.ofAddress(address).reinterpret(size, arena, this::unmap);
    }

    private void unmap(MemorySegment mapped) {
        try {
            int result = (int) munmap.invokeExact(mapped.address(), mapped.byteSize());
            if (result != 0) {
                throw new IllegalStateException("munmap of 0x%x failed".formatted(mapped.address()));
            }
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new LinkageError("munmap could not be called", failure);
        }
    }
}
