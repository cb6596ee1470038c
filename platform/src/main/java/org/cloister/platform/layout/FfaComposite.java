// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A composite memory region of FF-A: what its ranges, which follow at once, add up to.
 *
 * <pre>
 *  0  u32  page_count    of all ranges, pages of 4 KiB
 *  4  u32  range_count
 *  8  u64  reserved
 * 16
 * </pre>
 */
@ProviderType
public final class FfaComposite {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("page_count"),
            Fields.U32.withName("range_count"),
            Fields.U64.withName("reserved"));

    /** Bytes. */
    public static final int SIZE = 16;

    private static final VarHandle PAGE_COUNT = Fields.of(LAYOUT, "page_count");
    private static final VarHandle RANGE_COUNT = Fields.of(LAYOUT, "range_count");
    private static final VarHandle RESERVED = Fields.of(LAYOUT, "reserved");

    private FfaComposite() {}

    /** Pages of all ranges, as an unsigned number. */
    public static int pageCount(MemorySegment segment, long at) {
        return (int) PAGE_COUNT.get(segment, at);
    }

    /** How many ranges follow, as an unsigned number. */
    public static int rangeCount(MemorySegment segment, long at) {
        return (int) RANGE_COUNT.get(segment, at);
    }

    /** Whether the reserved field is not zero. */
    public static boolean reservedSet(MemorySegment segment, long at) {
        return (long) RESERVED.get(segment, at) != 0;
    }

    /** Writes all fields; the reserved one becomes zero. */
    static void write(long[] words, int at, int pageCount, int rangeCount) {
        words[at] = Integer.toUnsignedLong(pageCount) | (long) rangeCount << Integer.SIZE;
        words[at + 1] = 0;
    }
}
