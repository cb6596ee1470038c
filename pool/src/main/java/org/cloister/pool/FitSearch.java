// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

/**
 * Chooses where to allocate: a good fit at a low address. Exact: it finds a place if and only if there is one.
 *
 * <ol>
 *   <li>Size classes in which a run <em>may</em> fit are tried from the tightest, each from the lowest address, until
 *   {@value #TRIES} words have disappointed.
 *   <li>Then the lowest run is taken of the tightest class in which every run fits, whatever its alignment.
 *   <li>When there is none, the search of the first step is taken up again, to the end.
 * </ol>
 *
 * <p>So the cost is bounded, but for the last step, which looks at each word that starts a run of nearly the size asked
 * for, and comes about only when nothing roomier is left. Without alignment and below 16 pages, and for lengths that a
 * size class starts with (each power of two), the first look succeeds.
 *
 * <p>Not safe for use by several threads.
 */
final class FitSearch {
    /** Answered when there is no place. */
    static final int NONE = -1;

    private static final int TRIES = 16;
    /** Every first, second, fourth, ... bit. */
    private static final long[] SPACED = {
        -1L, 0x5555_5555_5555_5555L, 0x1111_1111_1111_1111L, 0x0101_0101_0101_0101L, 0x0001_0001_0001_0001L,
        0x0000_0001_0000_0001L,
    };

    private final PageMap map;
    private final long basePage;

    /** Searches {@code map}, whose page 0 has the number {@code basePage} where alignment is concerned. */
    FitSearch(PageMap map, long basePage) {
        this.map = map;
        this.basePage = basePage;
    }

    /**
     * Allocates.
     *
     * @param length pages, 1 up to all of the map
     * @param alignment pages, a power of two
     * @return the first page, or {@link #NONE}
     */
    int allocate(int length, long alignment) {
        RunIndex runs = map.runs();
        long roomy = length + alignment - 1;
        int tight = SizeClasses.of(length);
        int sure = roomy > map.pages() ? Integer.MAX_VALUE : SizeClasses.allAtLeast((int) roomy);
        int page = tight == sure ? NONE : scan(tight, sure, TRIES, length, alignment);
        if (page != NONE) {
            return page;
        }
        int sizeClass = runs.occupied(sure);
        if (sizeClass != RunIndex.NONE) {
            return place(runs.first(sizeClass), length, alignment);
        }
        return scan(tight, sure, Integer.MAX_VALUE, length, alignment);
    }

    private int scan(int tight, int sure, int tries, int length, long alignment) {
        RunIndex runs = map.runs();
        int left = tries;
        int sizeClass = runs.occupied(tight);
        while (sizeClass != RunIndex.NONE && sizeClass < sure) {
            for (int word = runs.first(sizeClass); word != RunIndex.NONE; word = runs.after(sizeClass, word)) {
                int page = place(word, length, alignment);
                if (page != NONE) {
                    return page;
                }
                if (--left == 0) {
                    return NONE;
                }
            }
            sizeClass = runs.occupied(sizeClass + 1);
        }
        return NONE;
    }

    /** Allocates at the lowest place in the free runs that start in a word. */
    private int place(int word, int length, long alignment) {
        if (map.runs().longest(word) < length) {
            return NONE;
        }
        long starting = map.startingIn(word);
        int base = word << 6;
        if (length <= Long.SIZE) {
            long fits = Bits.starts(starting, length) & aligned(base, alignment);
            if (fits != 0) {
                int bit = Long.numberOfTrailingZeros(fits);
                long takenBelow = ~starting & (1L << bit) - 1;
                int start = base + Long.SIZE - Long.numberOfLeadingZeros(takenBelow);
                map.take(base + bit, length, start, map.runEnd(start));
                return base + bit;
            }
        }
        if (starting < 0) {
            int start = base + Long.SIZE - Long.numberOfLeadingZeros(~starting);
            int end = map.runEnd(start);
            long page = start + beforeAligned(start, alignment);
            if (page + length <= end) {
                map.take((int) page, length, start, end);
                return (int) page;
            }
        }
        return NONE;
    }

    /** The pages of the word at {@code base} that are aligned. */
    private long aligned(int base, long alignment) {
        if (alignment == 1) {
            return -1L;
        }
        long lowest = beforeAligned(base, alignment);
        if (lowest >= Long.SIZE) {
            return 0;
        }
        long spaced = alignment >= Long.SIZE ? 1 : SPACED[Long.numberOfTrailingZeros(alignment)];
        return spaced << lowest;
    }

    /** Pages from {@code page} to the next that is aligned. */
    private long beforeAligned(int page, long alignment) {
        return -(basePage + page) & alignment - 1;
    }
}
