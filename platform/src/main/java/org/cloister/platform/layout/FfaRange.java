// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A contiguous range of a composite region (FF-A: constituent memory region descriptor).
 *
 * <pre>
 *  0  u64  address       of the first page, a multiple of 4 KiB
 *  8  u32  page_count    pages of 4 KiB
 * 12  u32  reserved
 * 16
 * </pre>
 */
@ProviderType
public final class FfaRange {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U64.withName("address"),
            Fields.U32.withName("page_count"),
            Fields.U32.withName("reserved"));

    /** Bytes. */
    public static final int SIZE = 16;
    /** Bytes of a page in FF-A, whatever the page size of either world. */
    public static final int PAGE_SIZE = 4096;

    private static final VarHandle ADDRESS = Fields.of(LAYOUT, "address");
    private static final VarHandle PAGE_COUNT = Fields.of(LAYOUT, "page_count");
    private static final VarHandle RESERVED = Fields.of(LAYOUT, "reserved");

    private FfaRange() {}

    /** The physical address of the first page. */
    public static long address(MemorySegment segment, long at) {
        return (long) ADDRESS.get(segment, at);
    }

    /** How many pages, as an unsigned number. */
    public static int pageCount(MemorySegment segment, long at) {
        return (int) PAGE_COUNT.get(segment, at);
    }

    /** Whether the reserved field is not zero. */
    public static boolean reservedSet(MemorySegment segment, long at) {
        return (int) RESERVED.get(segment, at) != 0;
    }

    static long pageCount(long[] words, int at) {
        return words[at + 1] & Fields.LOWER;
    }

    static void write(long[] words, int at, long address, int pageCount) {
        words[at] = address;
        words[at + 1] = Integer.toUnsignedLong(pageCount);
    }

    /** Writes all fields; the reserved one becomes zero. */
    public static void write(MemorySegment segment, long at, long address, int pageCount) {
        ADDRESS.set(segment, at, address);
        PAGE_COUNT.set(segment, at, pageCount);
        RESERVED.set(segment, at, 0);
    }
}
