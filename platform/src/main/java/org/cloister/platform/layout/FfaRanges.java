// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The ranges of a memory transaction that was checked: a copy, so that a sender that changes its own afterwards changes
 * nothing. Filled by {@link FfaTransactionReader#check}.
 *
 * <p>Made once and used for many transactions: allocates only when one has more ranges than any before it, and more
 * than fit a page. Not safe for use by several threads at a time.
 */
@ProviderType
public final class FfaRanges {
    /** How many ranges an array has room for. */
    static final int MAX = Integer.MAX_VALUE / 2 - 8;

    private static final int WORDS = FfaRange.SIZE / Long.BYTES;
    private static final long PAGES = 0xFFFF_FFFFL; // what a range's second word has beside a reserved field

    private long[] words = new long[FfaRange.PAGE_SIZE / Long.BYTES];
    private int count;

    /** Makes a list without ranges. */
    public FfaRanges() {
    }

    /** How many ranges there are. */
    public int count() {
        return count;
    }

    /** The physical address of the first page of a range. */
    public long address(int index) {
        return words[Objects.checkIndex(index, count) * WORDS];
    }

    /** How many pages of 4 KiB a range has. */
    public long pages(int index) {
        return words[Objects.checkIndex(index, count) * WORDS + 1] & PAGES;
    }

    void clear() {
        count = 0;
    }

    /**
     * Takes ranges, which the segment has.
     *
     * @param pageCount how many pages they should have in all
     * @return the first mistake
     */
    FfaMalformation take(MemorySegment segment, long at, int many, long pageCount) {
        if (many * WORDS > words.length) {
            words = new long[many * WORDS];
        }
        count = many;
        // most transactions are right: look for any mistake at first, and only then for the first one
        long addresses = 0; // a bit is set when it is in any
        long ends = 0; // of the last bytes, counted from the first; negative when there are none, never too large
        long carries = 0; // the top bit is set when it is lost on the way to the last byte
        long halves = 0; // the upper one is not zero when a reserved field is not
        long pages = 0;
        long[] to = words;
        for (int i = 0; i < many; i++) {
            long address = FfaRange.address(segment, at + (long) i * FfaRange.SIZE);
            long both = FfaRange.pageCountAndReserved(segment, at + (long) i * FfaRange.SIZE);
            to[i * WORDS] = address;
            to[i * WORDS + 1] = both;
            long end = (both & PAGES) * FfaRange.PAGE_SIZE - 1;
            addresses |= address;
            ends |= end;
            carries |= address & ~(address + end);
            halves |= both;
            pages += both & PAGES;
        }
        if (addresses % FfaRange.PAGE_SIZE != 0 || (ends | carries) < 0) {
            return firstMistake();
        }
        if (pages != pageCount) {
            return FfaMalformation.PAGE_COUNT;
        }
        return halves >>> Integer.SIZE != 0 ? FfaMalformation.RESERVED : FfaMalformation.NONE;
    }

    private FfaMalformation firstMistake() {
        for (int i = 0; i < count; i++) {
            if (pages(i) == 0) {
                return FfaMalformation.EMPTY_RANGE;
            }
            if (address(i) % FfaRange.PAGE_SIZE != 0) {
                return FfaMalformation.ALIGNMENT;
            }
            // pages are fewer than 2^32, so that only the unsigned end can wrap
            if (Long.compareUnsigned(address(i) + pages(i) * FfaRange.PAGE_SIZE - 1, address(i)) < 0) {
                return FfaMalformation.WRAP;
            }
        }
        throw new IllegalStateException("ranges have a mistake, and none of them has one");
    }
}
