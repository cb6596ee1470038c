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
        long done = 0;
        for (MemoryRange range : ranges) {
            long length = Math.min(range.length(), into.byteSize() - done);
            if (length > 0) {
                memory.read(range.address(), into.asSlice(done, length));
                done += length;
            }
        }
    }

    /**
     * Writes all of {@code from} to the beginning of {@code ranges}.
     *
     * @throws org.cloister.platform.BusFault when the firewall blocks it; then part may be written
     */
    public void scatter(MemorySegment from, List<MemoryRange> ranges) {
        long done = 0;
        for (MemoryRange range : ranges) {
            long length = Math.min(range.length(), from.byteSize() - done);
            if (length > 0) {
                memory.write(range.address(), from.asSlice(done, length));
                done += length;
            }
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
