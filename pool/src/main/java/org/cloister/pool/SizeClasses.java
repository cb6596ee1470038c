// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

/**
 * Classes of run lengths: one for each length below 16 pages, then eight for each doubling, so that the lengths in one
 * class differ by less than an eighth. Stateless.
 *
 * <pre>
 *   class    0  1  2 ... 14 |  15    16    17  ...  22  |   23 ...
 *   pages    1  2  3 ... 15 | 16-17 18-19 20-21 .. 30-31 | 32-35 ...
 * </pre>
 */
final class SizeClasses {
    private static final int EXACT_BITS = 4;
    private static final int EXACT = (1 << EXACT_BITS) - 1;
    private static final int STEP_BITS = 3;
    private static final int STEPS = 1 << STEP_BITS;

    private SizeClasses() {}

    /** The class of a run; {@code pages} is 1 or more. */
    static int of(int pages) {
        if (pages <= EXACT) {
            return pages - 1;
        }
        int doubling = 31 - Integer.numberOfLeadingZeros(pages);
        int step = pages >>> doubling - STEP_BITS & STEPS - 1;
        return EXACT + (doubling - EXACT_BITS) * STEPS + step;
    }

    /** The smallest class of which every member has at least that many pages. */
    static int allAtLeast(int pages) {
        int sizeClass = of(pages);
        return shortest(sizeClass) == pages ? sizeClass : sizeClass + 1;
    }

    /** The pages of the shortest run of a class. */
    static int shortest(int sizeClass) {
        if (sizeClass < EXACT) {
            return sizeClass + 1;
        }
        int step = sizeClass - EXACT & STEPS - 1;
        int doubling = EXACT_BITS + (sizeClass - EXACT >>> STEP_BITS);
        return STEPS + step << doubling - STEP_BITS;
    }

    /** Tells whether all runs of a class have the same length. */
    static boolean exact(int sizeClass) {
        return sizeClass < EXACT;
    }
}
