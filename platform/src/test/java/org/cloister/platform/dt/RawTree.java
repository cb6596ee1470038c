// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Writes blobs token by token, so that wrong ones can be written too. Order: reservations, structure, strings. */
final class RawTree {
    private final ByteArrayOutputStream reservations = new ByteArrayOutputStream();
    private final ByteArrayOutputStream structure = new ByteArrayOutputStream();
    private byte[] strings = "reg\0status\0".getBytes(StandardCharsets.US_ASCII);

    RawTree reservation(long base, long size) {
        reservations.writeBytes(ByteBuffer.allocate(16).putLong(base).putLong(size).array());
        return this;
    }

    RawTree word(int value) {
        structure.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
        return this;
    }

    RawTree begin(String name) {
        word(Fdt.BEGIN_NODE);
        return text(name + "\0");
    }

    RawTree text(String text) {
        structure.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        while (structure.size() % 4 != 0) {
            structure.write(0);
        }
        return this;
    }

    RawTree endNode() {
        return word(Fdt.END_NODE);
    }

    RawTree nop() {
        return word(Fdt.NOP);
    }

    RawTree end() {
        return word(Fdt.END);
    }

    /** A property; name offset 0 is {@code reg}, 4 is {@code status}. */
    RawTree property(int nameOffset, String hexValue) {
        byte[] value = HexFormat.of().parseHex(hexValue);
        word(Fdt.PROP).word(value.length).word(nameOffset);
        return text(new String(value, StandardCharsets.ISO_8859_1));
    }

    RawTree strings(String block) {
        strings = block.getBytes(StandardCharsets.ISO_8859_1);
        return this;
    }

    /** Where the structure block starts. */
    int structureAt() {
        return Fdt.HEADER_SIZE + reservations.size() + 16;
    }

    /** Where the next token goes. */
    int here() {
        return structureAt() + structure.size();
    }

    byte[] bytes() {
        int stringsAt = here();
        int total = stringsAt + strings.length;
        ByteBuffer blob = ByteBuffer.allocate(total);
        blob.putInt(Fdt.MAGIC).putInt(total).putInt(structureAt()).putInt(stringsAt).putInt(Fdt.HEADER_SIZE)
                .putInt(17).putInt(16).putInt(0).putInt(strings.length).putInt(structure.size())
                .put(reservations.toByteArray()).position(structureAt())
                .put(structure.toByteArray()).put(strings);
        return blob.array();
    }

    DeviceTree read() {
        return DeviceTree.read(bytes());
    }
}
