// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Flattens a tree: header, reservation block, structure block, strings block, without gaps.
 *
 * <p>For one thread and one tree. It recurses to the depth that {@link NodeBuilder} allows.
 */
final class FdtWriter {
    private final ByteArrayOutputStream structure = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final Map<String, Integer> nameOffsets = new HashMap<>();

    private FdtWriter() {
    }

    static byte[] write(int bootCpu, List<AddressRange> reservations, NodeBuilder root) {
        FdtWriter writer = new FdtWriter();
        writer.node("", root);
        writer.word(Fdt.END);
        return writer.assemble(bootCpu, reservations);
    }

    private byte[] assemble(int bootCpu, List<AddressRange> reservations) {
        int reservationsSize = (reservations.size() + 1) * Fdt.RESERVATION;
        int structureAt = Fdt.HEADER_SIZE + reservationsSize;
        int stringsAt = structureAt + structure.size();
        int totalSize = Fdt.aligned(stringsAt + strings.size());
        ByteBuffer blob = ByteBuffer.allocate(totalSize)
                .putInt(Fdt.MAGIC_AT, Fdt.MAGIC)
                .putInt(Fdt.TOTAL_SIZE_AT, totalSize)
                .putInt(Fdt.STRUCTURE_AT, structureAt)
                .putInt(Fdt.STRINGS_AT, stringsAt)
                .putInt(Fdt.RESERVATIONS_AT, Fdt.HEADER_SIZE)
                .putInt(Fdt.VERSION_AT, Fdt.VERSION)
                .putInt(Fdt.LAST_COMPATIBLE_VERSION_AT, Fdt.LAST_COMPATIBLE_VERSION)
                .putInt(Fdt.BOOT_CPU_AT, bootCpu)
                .putInt(Fdt.STRINGS_SIZE_AT, strings.size())
                .putInt(Fdt.STRUCTURE_SIZE_AT, structure.size())
                .position(Fdt.HEADER_SIZE);
        reservations.forEach(range -> blob.putLong(range.base()).putLong(range.size()));
        blob.position(structureAt).put(structure.toByteArray()).put(strings.toByteArray());
        return blob.array();
    }

    private void node(String name, NodeBuilder node) {
        word(Fdt.BEGIN_NODE);
        structure.writeBytes((name + '\0').getBytes(StandardCharsets.US_ASCII));
        pad();
        node.properties().forEach(this::property);
        node.children().forEach(this::node);
        word(Fdt.END_NODE);
    }

    private void property(String name, byte[] value) {
        word(Fdt.PROP);
        word(value.length);
        word(nameOffsets.computeIfAbsent(name, this::addName));
        structure.writeBytes(value);
        pad();
    }

    private int addName(String name) {
        int offset = strings.size();
        strings.writeBytes((name + '\0').getBytes(StandardCharsets.US_ASCII));
        return offset;
    }

    private void word(int value) {
        structure.writeBytes(ByteBuffer.allocate(Fdt.WORD).putInt(value).array());
    }

    private void pad() {
        while (structure.size() % Fdt.WORD != 0) {
            structure.write(0);
        }
    }
}
