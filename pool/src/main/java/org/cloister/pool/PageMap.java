// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Arrays;

/**
 * Which pages are free, where allocations start, and where free runs and allocations end. Knows pages by number and
 * words of 64 pages; where to allocate is decided elsewhere ({@link FitSearch}).
 *
 * <pre>
 *            word 0                             word 1
 *   page     0  1  2  3  4  5  6 ... 61 62 63 | 64 65 66 67 68 ...
 *   free     0  0  0  1  1  0  0 ...  0  1  1 |  1  1  1  0  0
 *   first    1  0  1  0  0  1  1 ...  0  0  0 |  0  0  0  1  0
 *            '--'  '  '--'  '  '       '----------------'
 *             2    1  free  1  1       a run: span[0] = 5, origin[1] = 62
 *
 *   span[w]    pages of what starts in word w and goes on in word w + 1: a free run or an allocation
 *   origin[w]  first page of the free run that comes from an earlier word and ends in word w
 * </pre>
 *
 * <p>At most one run or allocation leaves a word, and at most one free run ends in it that came from before, so one
 * number each is enough, and what is next to a page is found without walking. Values of words that no longer have such
 * a run are stale and not looked at. Free runs are maximal: two never touch.
 *
 * <p>Not safe for use by several threads.
 */
final class PageMap {
    private final int pages;
    private final long[] free;
    private final long[] first;
    private final int[] span;
    private final int[] origin;
    private final RunIndex runs;
    private int freePages;
    private int allocations;

    /** Makes a map of {@code pages} pages, all free; 1 to 2<sup>30</sup>. */
    PageMap(int pages) {
        this.pages = pages;
        int words = pages + 63 >>> 6;
        free = new long[words];
        first = new long[words];
        span = new int[words];
        origin = new int[words];
        runs = new RunIndex(words, pages);
        freePages = pages;
        fill(0, pages, true);
        record(0, pages);
        refresh(0);
    }

    /** All pages. */
    int pages() {
        return pages;
    }

    /** Pages that are free. */
    int freePages() {
        return freePages;
    }

    /** Live allocations. */
    int allocations() {
        return allocations;
    }

    /** The free runs, by length. Kept up to date. */
    RunIndex runs() {
        return runs;
    }

    /** The free pages of a word, without those of a run that started in an earlier word. */
    long startingIn(int word) {
        long pagesFree = free[word];
        return word > 0 && free[word - 1] < 0 ? pagesFree & pagesFree + 1 : pagesFree;
    }

    /** Tells whether a free run goes from this word into the next. */
    private boolean leaves(int word) {
        return free[word] < 0 && word + 1 < free.length && (free[word + 1] & 1) != 0;
    }

    /** The page after the free run that starts at {@code start}. */
    int runEnd(int start) {
        int word = start >>> 6;
        long taken = ~free[word] & -1L << start;
        if (taken != 0) {
            return (word << 6) + Long.numberOfTrailingZeros(taken);
        }
        return leaves(word) ? start + span[word] : word + 1 << 6;
    }

    /** The first page of the free run that ends before {@code end}. */
    private int runStart(int end) {
        int word = end - 1 >>> 6;
        long taken = ~free[word] & -1L >>> -end;
        if (taken != 0) {
            return (word + 1 << 6) - Long.numberOfLeadingZeros(taken);
        }
        return word > 0 && free[word - 1] < 0 ? origin[word] : word << 6;
    }

    private boolean isFree(int page) {
        return (free[page >>> 6] >>> page & 1) != 0;
    }

    /** Tells whether all of a range, which lies within the map and is not empty, is free. */
    boolean isFree(int start, int length) {
        int last = start + length - 1;
        int page = start;
        while (page <= last) {
            int lastInWord = Math.min(page | 63, last);
            if ((~free[page >>> 6] & Bits.range(page & 63, lastInWord & 63)) != 0) {
                return false;
            }
            page = lastInWord + 1;
        }
        return true;
    }

    /** Tells whether a live allocation starts at a page. */
    boolean isFirst(int page) {
        return (first[page >>> 6] >>> page & 1) != 0;
    }

    /** The pages of the live allocation that starts at {@code page}. */
    int length(int page) {
        int word = page >>> 6;
        // Two shifts, because one by 64 would be one by 0.
        long next = (free[word] | first[word]) & -1L << page << 1;
        if (next != 0) {
            return (word << 6) + Long.numberOfTrailingZeros(next) - page;
        }
        if (word + 1 == free.length) {
            return pages - page;
        }
        boolean ends = ((free[word + 1] | first[word + 1]) & 1) != 0;
        return ends ? (word + 1 << 6) - page : span[word];
    }

    /**
     * Allocates {@code length} pages from {@code page} on, out of the free run from {@code start} to {@code end} in
     * which they lie.
     */
    void take(int page, int length, int start, int end) {
        int rest = page + length;
        fill(page, rest, false);
        first[page >>> 6] |= 1L << page;
        if (page >>> 6 != rest - 1 >>> 6) {
            span[page >>> 6] = length;
        }
        freePages -= length;
        allocations++;
        record(start, page);
        record(rest, end);
        refresh(start >>> 6);
        if (rest < end && rest >>> 6 != start >>> 6) {
            refresh(rest >>> 6);
        }
    }

    /** Allocates {@code length} pages from {@code page} on, all of which are free. Walks the free run before them. */
    void reserve(int page, int length) {
        int word = page >>> 6;
        long taken = ~free[word] & (1L << page) - 1;
        while (taken == 0 && word > 0) {
            word--;
            taken = ~free[word];
        }
        int start = (word + 1 << 6) - Long.numberOfLeadingZeros(taken);
        if (taken == 0) {
            start = 0;
        }
        take(page, length, start, runEnd(start));
    }

    /** Frees the live allocation that starts at {@code page}. */
    void release(int page) {
        int length = length(page);
        int next = page + length;
        int start = page > 0 && isFree(page - 1) ? runStart(page) : page;
        boolean joins = next < pages && isFree(next);
        int end = joins ? runEnd(next) : next;
        fill(page, next, true);
        first[page >>> 6] &= ~(1L << page);
        freePages += length;
        allocations--;
        record(start, end);
        refresh(start >>> 6);
        if (joins && next >>> 6 != start >>> 6) {
            refresh(next >>> 6);
        }
    }

    private void fill(int from, int to, boolean value) {
        int firstWord = from >>> 6;
        int lastWord = to - 1 >>> 6;
        if (firstWord == lastWord) {
            set(firstWord, Bits.range(from & 63, to - 1 & 63), value);
            return;
        }
        set(firstWord, -1L << from, value);
        Arrays.fill(free, firstWord + 1, lastWord, value ? -1L : 0);
        set(lastWord, -1L >>> -to, value);
    }

    private void set(int word, long bits, boolean value) {
        free[word] = value ? free[word] | bits : free[word] & ~bits;
    }

    /** Notes the ends of a maximal free run, where they are in different words. */
    private void record(int start, int end) {
        int firstWord = start >>> 6;
        int lastWord = end - 1 >> 6;
        if (firstWord < lastWord) {
            span[firstWord] = end - start;
            origin[lastWord] = start;
        }
    }

    /** Tells the index what now starts in a word. */
    private void refresh(int word) {
        long starting = startingIn(word);
        int longest = Bits.longestRun(starting);
        if (starting < 0 && leaves(word)) {
            longest = Math.max(longest, span[word]);
        }
        runs.update(word, longest);
    }
}
