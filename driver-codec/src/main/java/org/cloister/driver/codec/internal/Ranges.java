// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.device.MemoryRange;

/** Descriptors for the device, out of mappings. */
final class Ranges {
    private Ranges() {}

    /** The first {@code length} bytes of a mapping. */
    static List<MemoryRange> of(Mapping mapping, long length) {
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
}
