// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

/**
 * The numbers of the flattened format. Devicetree Specification, chapter 5.
 *
 * <pre>
 *  header, big-endian u32 each          structure block, tokens of 4 bytes, 4-byte aligned
 *  0x00 magic             0xd00dfeed    1 BEGIN_NODE  name, NUL, padding
 *  0x04 totalsize                       2 END_NODE
 *  0x08 off_dt_struct                   3 PROP        u32 length, u32 name offset, value, padding
 *  0x0c off_dt_strings                  4 NOP
 *  0x10 off_mem_rsvmap                  9 END
 *  0x14 version           17
 *  0x18 last_comp_version 16            reservation block, 8-byte aligned
 *  0x1c boot_cpuid_phys                   u64 address, u64 size; ends with a pair of zeros
 *  0x20 size_dt_strings                 strings block
 *  0x24 size_dt_struct                    property names, each with a NUL
 * </pre>
 */
final class Fdt {
    static final int MAGIC = 0xd00dfeed;
    static final int VERSION = 17;
    static final int LAST_COMPATIBLE_VERSION = 16;

    static final int MAGIC_AT = 0x00;
    static final int TOTAL_SIZE_AT = 0x04;
    static final int STRUCTURE_AT = 0x08;
    static final int STRINGS_AT = 0x0c;
    static final int RESERVATIONS_AT = 0x10;
    static final int VERSION_AT = 0x14;
    static final int LAST_COMPATIBLE_VERSION_AT = 0x18;
    static final int BOOT_CPU_AT = 0x1c;
    static final int STRINGS_SIZE_AT = 0x20;
    static final int STRUCTURE_SIZE_AT = 0x24;
    static final int HEADER_SIZE = 0x28;

    static final int BEGIN_NODE = 1;
    static final int END_NODE = 2;
    static final int PROP = 3;
    static final int NOP = 4;
    static final int END = 9;

    /** Bytes of a token, a cell, and the alignment of the structure block. */
    static final int WORD = 4;
    /** Bytes from a PROP token to its value. */
    static final int PROP_HEADER = 3 * WORD;
    /** Bytes of an entry of the reservation block; it is aligned to half of that. */
    static final int RESERVATION = 16;

    /** Levels of nodes, the root included. Linux: {@code FDT_MAX_DEPTH}. */
    static final int MAX_DEPTH = 64;
    /** Cells of one address or one size. libfdt: {@code FDT_MAX_NCELLS}. */
    static final int MAX_CELLS = 4;

    private Fdt() {
    }

    /** {@code offset}, or the next multiple of a word after it. */
    static int aligned(int offset) {
        return Math.addExact(offset, WORD - 1) & -WORD;
    }

    /** Tells whether a name may have this character: printable ASCII, as anything else would garble a report. */
    static boolean isNameCharacter(int character) {
        return character >= ' ' && character <= '~';
    }

    /** Tells whether a node's name may have this character: a slash would make two paths of one. */
    static boolean isNodeNameCharacter(int character) {
        return isNameCharacter(character) && character != '/';
    }
}
