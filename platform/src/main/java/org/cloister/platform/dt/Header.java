// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The checked header of a blob: each block lies in the blob, behind the header, aligned, and apart from the other.
 *
 * @param structure offset of the structure block
 * @param structureEnd offset behind it
 * @param strings offset of the strings block
 * @param stringsEnd offset behind it
 * @param reservations offset of the reservation block, whose end only its content tells
 * @param bootCpu the physical id of the boot CPU
 */
record Header(int structure, int structureEnd, int strings, int stringsEnd, int reservations, int bootCpu) {
    private static final ValueLayout.OfInt WORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /**
     * The bytes that belong to the tree, out of {@code source}, which may be longer.
     *
     * @throws MalformedDeviceTree when they are not all there, or do not start as a tree does
     */
    static Blob cut(MemorySegment source) {
        long available = source.byteSize();
        if (available >= Fdt.WORD && source.get(WORD, Fdt.MAGIC_AT) != Fdt.MAGIC) {
            throw new MalformedDeviceTree(Fdt.MAGIC_AT, "the magic number is 0x%08x, not 0x%08x"
                    .formatted(source.get(WORD, Fdt.MAGIC_AT), Fdt.MAGIC));
        }
        if (available < Fdt.HEADER_SIZE) {
            throw new MalformedDeviceTree(available, "the blob ends inside its header of %d bytes"
                    .formatted(Fdt.HEADER_SIZE));
        }
        long total = Integer.toUnsignedLong(source.get(WORD, Fdt.TOTAL_SIZE_AT));
        if (total < Fdt.HEADER_SIZE) {
            throw new MalformedDeviceTree(Fdt.TOTAL_SIZE_AT, "totalsize is %d, less than the header".formatted(total));
        }
        if (total > available) {
            throw new MalformedDeviceTree(available, "the blob ends here, but totalsize is %d".formatted(total));
        }
        if (total > Integer.MAX_VALUE - Fdt.WORD) {
            throw new MalformedDeviceTree(Fdt.TOTAL_SIZE_AT, "totalsize is %d, more than 2 GiB".formatted(total));
        }
        return new Blob(source.asSlice(0, total).toArray(ValueLayout.JAVA_BYTE));
    }

    /**
     * Reads and checks the header.
     *
     * @throws MalformedDeviceTree with the offset of the field that is wrong
     */
    static Header read(Blob blob) {
        long version = blob.unsignedWord(Fdt.VERSION_AT);
        long lastCompatible = blob.unsignedWord(Fdt.LAST_COMPATIBLE_VERSION_AT);
        if (version < Fdt.VERSION) {
            throw new MalformedDeviceTree(Fdt.VERSION_AT,
                    "version %d is older than %d".formatted(version, Fdt.VERSION));
        }
        if (lastCompatible > Fdt.VERSION) {
            throw new MalformedDeviceTree(Fdt.LAST_COMPATIBLE_VERSION_AT,
                    "a reader of version %d is wanted; this one knows %d".formatted(lastCompatible, Fdt.VERSION));
        }
        int structure = start(blob, Fdt.STRUCTURE_AT, "off_dt_struct", Fdt.WORD);
        int structureEnd = end(blob, structure, Fdt.STRUCTURE_SIZE_AT, "size_dt_struct");
        int strings = start(blob, Fdt.STRINGS_AT, "off_dt_strings", 1);
        int stringsEnd = end(blob, strings, Fdt.STRINGS_SIZE_AT, "size_dt_strings");
        int reservations = start(blob, Fdt.RESERVATIONS_AT, "off_mem_rsvmap", Fdt.RESERVATION / 2);
        if (structure < stringsEnd && strings < structureEnd) {
            throw new MalformedDeviceTree(structure < strings ? Fdt.STRINGS_AT : Fdt.STRUCTURE_AT,
                    "the structure block, 0x%x to 0x%x, overlaps the strings block, 0x%x to 0x%x"
                            .formatted(structure, structureEnd, strings, stringsEnd));
        }
        return new Header(
                structure, structureEnd, strings, stringsEnd, reservations, blob.word(Fdt.BOOT_CPU_AT));
    }

    private static int start(Blob blob, int field, String name, int alignment) {
        long offset = blob.unsignedWord(field);
        if (offset < Fdt.HEADER_SIZE || offset > blob.size()) {
            throw new MalformedDeviceTree(field, "%s is 0x%x, not between the header and totalsize, 0x%x"
                    .formatted(name, offset, blob.size()));
        }
        if (offset % alignment != 0) {
            throw new MalformedDeviceTree(field, "%s is 0x%x, no multiple of %d".formatted(name, offset, alignment));
        }
        return (int) offset;
    }

    private static int end(Blob blob, int start, int field, String name) {
        long size = blob.unsignedWord(field);
        if (size > blob.size() - start) {
            throw new MalformedDeviceTree(field, "%s is 0x%x, but totalsize leaves 0x%x for a block at 0x%x"
                    .formatted(name, size, blob.size() - start, start));
        }
        return start + (int) size;
    }
}
