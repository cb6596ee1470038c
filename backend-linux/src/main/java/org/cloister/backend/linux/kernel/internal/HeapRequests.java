// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * What a node of {@code /dev/dma_heap} understands (Linux: {@code linux/dma-heap.h}).
 *
 * <table>
 *   <caption>struct dma_heap_allocation_data, 24 bytes</caption>
 *   <tr><th>offset</th><th>field</th><th></th></tr>
 *   <tr><td>0</td><td>u64 len</td><td>bytes; the kernel rounds them up to pages</td></tr>
 *   <tr><td>8</td><td>u32 fd</td><td>0, then the new descriptor</td></tr>
 *   <tr><td>12</td><td>u32 fd_flags</td><td>access mode and close-on-exec</td></tr>
 *   <tr><td>16</td><td>u64 heap_flags</td><td>0</td></tr>
 * </table>
 */
public final class HeapRequests {
    /** The argument of {@link #ALLOCATE}. */
    public static final StructLayout ALLOCATION = MemoryLayout.structLayout(
            JAVA_LONG.withName("len"),
            JAVA_INT.withName("fd"),
            JAVA_INT.withName("fd_flags"),
            JAVA_LONG.withName("heap_flags")).withName("dma_heap_allocation_data");

    /** Allocates a buffer. */
    public static final Ioctl ALLOCATE = Ioctl.inOut("DMA_HEAP_IOCTL_ALLOC", 'H', 0, ALLOCATION);

    /** Read and write ({@code O_RDWR}). */
    public static final int READ_WRITE = 2;
    /** Not inherited by programs that this process starts ({@code O_CLOEXEC}). */
    public static final int CLOSE_ON_EXEC = 0x80000;

    private static final VarHandle LENGTH = Fields.of(ALLOCATION, "len");
    private static final VarHandle DESCRIPTOR = Fields.of(ALLOCATION, "fd");
    private static final VarHandle DESCRIPTOR_FLAGS = Fields.of(ALLOCATION, "fd_flags");
    private static final VarHandle HEAP_FLAGS = Fields.of(ALLOCATION, "heap_flags");

    private HeapRequests() {}

    /** Writes the argument for a buffer that is readable, writable and not inherited. */
    public static void write(MemorySegment argument, long length) {
        LENGTH.set(argument, 0L, length);
        DESCRIPTOR.set(argument, 0L, 0);
        DESCRIPTOR_FLAGS.set(argument, 0L, READ_WRITE | CLOSE_ON_EXEC);
        HEAP_FLAGS.set(argument, 0L, 0L);
    }

    /** The descriptor that was allocated. */
    public static int descriptor(MemorySegment argument) {
        return (int) DESCRIPTOR.get(argument, 0L);
    }
}
