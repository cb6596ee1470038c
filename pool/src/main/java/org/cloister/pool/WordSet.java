// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

/**
 * A set of small numbers in which the lowest is found in O(log<sub>64</sub> n): a bitmap, above it a bitmap of its
 * words that are not empty, and so on up to a single word. Costs 65 bits for each 64 numbers, all at construction.
 *
 * <pre>
 *   level 2                       [ . . x ]                     bit i: word i of level 1 is not 0
 *   level 1            [ ... ]  [ ... ]  [ x . . . x ]          bit i: word i of level 0 is not 0
 *   level 0   ... [ . . . x . . x ] [ ... ] [ . x x . . . . ]   bit i: number i is a member
 * </pre>
 *
 * <p>Not safe for use by several threads.
 */
final class WordSet {
    /** Answered when there is no such member. */
    static final int NONE = -1;

    private final long[][] levels;

    /** Makes an empty set for the numbers from 0 up to but not including {@code limit}, which is at least 1. */
    WordSet(int limit) {
        int depth = 1;
        for (int size = words(limit); size > 1; size = words(size)) {
            depth++;
        }
        levels = new long[depth][];
        int size = limit;
        for (int level = 0; level < depth; level++) {
            size = words(size);
            levels[level] = new long[size];
        }
    }

    private static int words(int bits) {
        return bits + 63 >>> 6;
    }

    /** Adds a number; one that is there already stays. */
    void add(int number) {
        int index = number;
        for (long[] level : levels) {
            long before = level[index >>> 6];
            level[index >>> 6] = before | 1L << index;
            if (before != 0) {
                return;
            }
            index >>>= 6;
        }
    }

    /** Takes a number out that is in the set. */
    void remove(int number) {
        int index = number;
        for (long[] level : levels) {
            long after = level[index >>> 6] & ~(1L << index);
            level[index >>> 6] = after;
            if (after != 0) {
                return;
            }
            index >>>= 6;
        }
    }

    /** Tells whether there is no member. */
    boolean isEmpty() {
        return levels[levels.length - 1][0] == 0;
    }

    /** The lowest member, or {@link #NONE}. */
    int first() {
        return isEmpty() ? NONE : lowest(levels.length - 1, 0);
    }

    /** The lowest member that is {@code from} or more, or {@link #NONE}; {@code from} may be the limit. */
    int next(int from) {
        int index = from;
        for (int level = 0; level < levels.length; level++) {
            int word = index >>> 6;
            if (word == levels[level].length) {
                return NONE;
            }
            long rest = levels[level][word] & -1L << index;
            if (rest != 0) {
                return lowest(level - 1, (word << 6) + Long.numberOfTrailingZeros(rest));
            }
            index = word + 1;
        }
        return NONE;
    }

    /** The highest member, or {@link #NONE}. */
    int last() {
        int index = 0;
        for (int level = levels.length - 1; level >= 0; level--) {
            long word = levels[level][index];
            if (word == 0) {
                return NONE;
            }
            index = (index << 6) + 63 - Long.numberOfLeadingZeros(word);
        }
        return index;
    }

    private int lowest(int fromLevel, int fromWord) {
        int index = fromWord;
        for (int level = fromLevel; level >= 0; level--) {
            index = (index << 6) + Long.numberOfTrailingZeros(levels[level][index]);
        }
        return index;
    }
}
