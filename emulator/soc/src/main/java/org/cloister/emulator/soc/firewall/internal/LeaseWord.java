// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import org.cloister.heap.Access;

/**
 * A lease in one 64-bit word, so that it is claimed and published by one compare-and-set.
 *
 * <pre>
 *   63 ──────────── 30 29 ──────────── 8 7 ────────── 2 1 ──── 0
 *   first page (34)    pages (22)        initiator (6)  access (2)
 * </pre>
 *
 * Pages are of 4 KiB, the finest that any firewall profile tells apart, so that a word is as exact as the firewall. A
 * lease of 16 GiB or more has 0 pages and stands for all from its first page on: it is then waited for more often than
 * needed, never less. The word of a lease is never zero, because {@link Access#NONE} is no lease.
 */
final class LeaseWord {
    private static final int PAGE_SHIFT = 12;
    private static final int FIRST_SHIFT = 30;
    private static final int PAGES_SHIFT = 8;
    private static final long PAGES_MASK = (1L << 22) - 1;
    private static final int INITIATOR_SHIFT = 2;
    private static final long INITIATOR_MASK = (1L << 6) - 1;
    private static final Access[] ACCESS = Access.values();

    private LeaseWord() {
    }

    /** Packs a lease; the range lies below {@link FirewallTable#ADDRESS_SPACE} and is not empty. */
    static long of(int initiator, long address, long length, Access access) {
        long first = address >>> PAGE_SHIFT;
        long pages = (address + length - 1 >>> PAGE_SHIFT) - first + 1;
        long field = pages > PAGES_MASK ? 0 : pages;
        return first << FIRST_SHIFT | field << PAGES_SHIFT | (long) initiator << INITIATOR_SHIFT | access.ordinal();
    }

    /** The first address of its first page. */
    static long address(long word) {
        return word >>> FIRST_SHIFT << PAGE_SHIFT;
    }

    /** Bytes of its pages. */
    static long length(long word) {
        long pages = word >>> PAGES_SHIFT & PAGES_MASK;
        return pages == 0 ? FirewallTable.ADDRESS_SPACE - address(word) : pages << PAGE_SHIFT;
    }

    /** The index of its initiator. */
    static int initiator(long word) {
        return (int) (word >>> INITIATOR_SHIFT & INITIATOR_MASK);
    }

    /** What it is for. */
    static Access access(long word) {
        return ACCESS[(int) (word & 3)];
    }
}
