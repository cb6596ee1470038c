// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

/** Runs of ones in a 64-bit word, found by doubling instead of walking. Stateless. */
final class Bits {
    private Bits() {}

    /** Ones from bit {@code from} up to and including bit {@code to}. */
    static long range(int from, int to) {
        return -1L << from & -1L >>> 63 - to;
    }

    /**
     * Marks every bit at which {@code length} ones in a row start.
     *
     * @param word the ones
     * @param length 1 to 64
     */
    static long starts(long word, int length) {
        long starts = word;
        int covered = 1;
        while (covered < length) {
            int step = Math.min(covered, length - covered);
            starts &= starts >>> step;
            covered += step;
        }
        return starts;
    }

    /** The length of the longest run of ones, 0 to 64. */
    static int longestRun(long word) {
        long runsOf1 = word;
        long runsOf2 = runsOf1 & runsOf1 >>> 1;
        if (runsOf2 == 0) {
            return word == 0 ? 0 : 1;
        }
        if (word == -1L) {
            return 64;
        }
        long runsOf4 = runsOf2 & runsOf2 >>> 2;
        long runsOf8 = runsOf4 & runsOf4 >>> 4;
        long runsOf16 = runsOf8 & runsOf8 >>> 8;
        long runsOf32 = runsOf16 & runsOf16 >>> 16;
        // The length in binary, highest digit first: "starts" marks where a run of the digits so far starts, and a
        // digit is set when some of those runs go on for that many more.
        long starts = -1L;
        int length = 0;
        if (runsOf32 != 0) {
            starts = runsOf32;
            length = 32;
        }
        long longer = starts & runsOf16 >>> length;
        if (longer != 0) {
            starts = longer;
            length += 16;
        }
        longer = starts & runsOf8 >>> length;
        if (longer != 0) {
            starts = longer;
            length += 8;
        }
        longer = starts & runsOf4 >>> length;
        if (longer != 0) {
            starts = longer;
            length += 4;
        }
        longer = starts & runsOf2 >>> length;
        if (longer != 0) {
            starts = longer;
            length += 2;
        }
        return (starts & runsOf1 >>> length) == 0 ? length : length + 1;
    }
}
