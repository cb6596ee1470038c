// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.ArrayList;
import java.util.List;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A range of physical memory in a descriptor.
 *
 * @param address the first byte, as an unsigned number
 * @param length bytes, greater than zero
 */
@ProviderType
public record MemoryRange(long address, long length) {
    /** Checks the components. */
    public MemoryRange {
        if (length <= 0 || Long.compareUnsigned(address + length - 1, address) < 0) {
            throw new IllegalArgumentException("no range of memory: %d bytes at 0x%x".formatted(length, address));
        }
    }

    /**
     * A descriptor for a device, out of a mapping.
     *
     * @param mapping where the buffer is
     * @param length bytes from the start of the buffer
     */
    public static List<MemoryRange> of(Mapping mapping, long length) {
        List<MemoryRange> ranges = new ArrayList<>();
        SegmentCursor cursor = mapping.cursor();
        long left = length;
        while (left > 0 && cursor.next()) {
            long part = Math.min(left, cursor.length());
            ranges.add(new MemoryRange(cursor.address(), part));
            left -= part;
        }
        return ranges;
    }

    /** The sum of the lengths of {@code ranges}; {@link Long#MAX_VALUE} when it is greater. */
    public static long total(Iterable<MemoryRange> ranges) {
        long total = 0;
        for (MemoryRange range : ranges) {
            total += range.length;
            if (total < 0) {
                return Long.MAX_VALUE;
            }
        }
        return total;
    }

    @Override
    public String toString() {
        return "0x%x+0x%x".formatted(address, length);
    }
}
