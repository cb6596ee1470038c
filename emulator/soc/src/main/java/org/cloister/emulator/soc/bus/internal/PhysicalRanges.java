// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.cloister.platform.dt.AddressRange;

/**
 * The memory of a board: sparse, off the heap, gigabytes if need be, committed page by page when touched. Ranges that
 * touch or overlap are one. Reads as zero until written.
 *
 * <p>Safe for use by any thread. After {@link #close} there is no memory, and use of it throws
 * {@link IllegalStateException}.
 */
public final class PhysicalRanges implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemoryRange[] ranges;

    /**
     * Reserves memory.
     *
     * @param ranges not empty; their ends are multiples of 4 KiB, below 2^63
     * @throws org.cloister.heap.HeapException {@code NO_MEMORY} when the operating system refuses,
     *     {@code NOT_SUPPORTED} on an operating system other than Linux
     */
    public PhysicalRanges(List<AddressRange> ranges) {
        try {
            AnonymousMemory memory = new AnonymousMemory();
            this.ranges = merged(ranges).stream()
                    .map(range -> new MemoryRange(range.base(), memory.reserve(range.size(), arena)))
                    .toArray(MemoryRange[]::new);
        } catch (RuntimeException failure) {
            arena.close();
            throw failure;
        }
    }

    /** Tells whether there is memory at some address of a range. */
    boolean touches(long address, long length) {
        for (MemoryRange range : ranges) {
            if (address < range.end() && range.base() < address + length) {
                return true;
            }
        }
        return false;
    }

    /** The range that holds all of these addresses, or {@link MemoryRange#NOWHERE}. */
    MemoryRange at(long address, long length) {
        for (MemoryRange range : ranges) {
            if (range.holds(address, length)) {
                return range;
            }
        }
        return MemoryRange.NOWHERE;
    }

    /** The end of the memory that {@code address} is in; {@code address} itself when it is in none. */
    long endOf(long address) {
        for (MemoryRange range : ranges) {
            if (range.holds(address, 1)) {
                return range.end();
            }
        }
        return address;
    }

    /** Gives all memory back to the operating system; nobody is in it any more. */
    @Override
    public void close() {
        arena.close();
    }

    private static List<AddressRange> merged(List<AddressRange> ranges) {
        List<AddressRange> merged = new ArrayList<>();
        for (AddressRange range : ranges.stream().sorted(Comparator.comparingLong(AddressRange::base)).toList()) {
            AddressRange last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && range.base() <= last.base() + last.size()) {
                long end = Math.max(last.base() + last.size(), range.base() + range.size());
                merged.set(merged.size() - 1, new AddressRange(last.base(), end - last.base()));
            } else {
                merged.add(range);
            }
        }
        return merged;
    }
}
