// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

/** Arithmetic on pages of 4 KiB, the only size that the trusted OS uses for memory of the normal world. */
public final class Pages {
    /** Bytes of a page. */
    public static final int SIZE = 4096;
    /** The bits of an address within its page. */
    public static final long MASK = SIZE - 1;

    private Pages() {}

    /** Tells whether a number of bytes or an address is a multiple of a page. */
    public static boolean aligned(long value) {
        return (value & MASK) == 0;
    }

    /** The address of the page that an address is in. */
    public static long start(long address) {
        return address & ~MASK;
    }

    /** Bytes of the pages that a range is in. */
    public static long span(long address, long size) {
        return start(address + size + MASK) - start(address);
    }

    /** Tells whether two ranges of physical addresses, none of them empty or wrapping, have one in common. */
    public static boolean overlap(long a, long aSize, long b, long bSize) {
        return Long.compareUnsigned(a, b + bSize - 1) <= 0 && Long.compareUnsigned(b, a + aSize - 1) <= 0;
    }

    /** Tells whether a range lies within another; an empty range never does, nor does one that wraps. */
    public static boolean inside(long address, long size, long base, long limit) {
        return size > 0 && Long.compareUnsigned(address, base) >= 0
                && Long.compareUnsigned(address - base, limit) < 0 && size <= limit - (address - base);
    }
}
