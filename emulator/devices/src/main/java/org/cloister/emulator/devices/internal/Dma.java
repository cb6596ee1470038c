// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;

/**
 * A device's way to memory: follows descriptors, and goes through the firewall as the device's initiator. Safe for use
 * by any thread.
 *
 * @param memory the memory as the device's initiator sees it
 * @param limits what its address generator can do
 */
public record Dma(PhysicalMemory memory, DmaLimits limits) {
    /**
     * Fills {@code into} from the beginning of {@code ranges}.
     *
     * @throws org.cloister.platform.BusFault when the firewall blocks it; then part of {@code into} may be filled
     */
    public void gather(List<MemoryRange> ranges, MemorySegment into) {
        gather(ranges, 0, into);
    }

    /**
     * Fills {@code into} from {@code offset} bytes after the beginning of {@code ranges}.
     *
     * @throws org.cloister.platform.BusFault when the firewall blocks it; then part of {@code into} may be filled
     */
    public void gather(List<MemoryRange> ranges, long offset, MemorySegment into) {
        walk(ranges, offset, into.byteSize(),
                (address, done, length) -> memory.read(address, into.asSlice(done, length)));
    }

    /**
     * Writes all of {@code from} to the beginning of {@code ranges}.
     *
     * @throws org.cloister.platform.BusFault when the firewall blocks it; then part may be written
     */
    public void scatter(MemorySegment from, List<MemoryRange> ranges) {
        scatter(from, ranges, 0);
    }

    /**
     * Writes all of {@code from} to {@code offset} bytes after the beginning of {@code ranges}.
     *
     * @throws org.cloister.platform.BusFault when the firewall blocks it; then part may be written
     */
    public void scatter(MemorySegment from, List<MemoryRange> ranges, long offset) {
        walk(ranges, offset, from.byteSize(),
                (address, done, length) -> memory.write(address, from.asSlice(done, length)));
    }

    /** Something that is done to a piece of memory, {@code done} bytes after others. */
    @FunctionalInterface
    private interface Transfer {
        void move(long address, long done, long length);
    }

    private static void walk(List<MemoryRange> ranges, long offset, long size, Transfer transfer) {
        long skip = offset;
        long done = 0;
        for (MemoryRange range : ranges) {
            long length = Math.min(range.length() - skip, size - done);
            if (length > 0) {
                transfer.move(range.address() + skip, done, length);
                done += length;
            }
            skip = Math.max(0, skip - range.length());
        }
    }

    /**
     * Checks a descriptor.
     *
     * @param what what it is for, for the error
     * @throws HeapException {@code INVALID_ARGUMENT} when the address generator cannot follow it
     */
    public void requireFollowable(String what, List<MemoryRange> ranges) {
        if (!limits.admit(ranges)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, memory.initiator().name(),
                    "its address generator cannot follow %s with %s".formatted(ranges, limits),
                    "keep to the limits of the device");
        }
    }
}
