// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.mali;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Tables that translate addresses of a GPU: four levels of 512 descriptors, pages of 4 KiB, virtual addresses of 48
 * bits (the AArch64 format of stage 1).
 *
 * <pre>
 *  63..55  54  53..48  47 ...... 12  11  10  9 8  7          6 ... 2  1           0
 *          XN          address           AF       read-only           table/page  valid
 * </pre>
 */
@ProviderType
public final class TranslationTable {
    /** Bytes of a page, and of a table. */
    public static final int PAGE = 4096;
    /** Levels; the first is 0, and the descriptors of the last are pages. */
    public static final int LEVELS = 4;
    /** Bits of a virtual address. */
    public static final int VA_BITS = 48;
    /** Descriptors of a table. */
    public static final int ENTRIES = 512;

    private static final int INDEX_BITS = 9;
    private static final int PAGE_BITS = 12;
    private static final long VALID_NEXT = 3;
    private static final long READ_ONLY = 1 << 7;
    private static final long ACCESSED = 1 << 10;
    private static final long EXECUTE_NEVER = 1L << 54;
    private static final long ADDRESS = 0x0000_ffff_ffff_f000L;

    private TranslationTable() {}

    /** Which descriptor of a table of {@code level} an address leads to. */
    public static int index(int level, long address) {
        return (int) (address >>> PAGE_BITS + INDEX_BITS * (LEVELS - 1 - level)) & ENTRIES - 1;
    }

    /** A descriptor of a table of the next level. */
    public static long table(long physical) {
        return physical | VALID_NEXT;
    }

    /** A descriptor of a page. */
    public static long page(long physical, boolean writable, boolean executable) {
        return physical | VALID_NEXT | ACCESSED | (writable ? 0 : READ_ONLY) | (executable ? 0 : EXECUTE_NEVER);
    }

    /** Whether a descriptor leads on. */
    public static boolean isValid(long descriptor) {
        return (descriptor & VALID_NEXT) == VALID_NEXT;
    }

    /** Whether a page may be written. */
    public static boolean isWritable(long descriptor) {
        return (descriptor & READ_ONLY) == 0;
    }

    /** The physical address of what a descriptor leads to. */
    public static long target(long descriptor) {
        return descriptor & ADDRESS;
    }
}
