// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.platform.dt.Trees.assertMalformed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderTest {
    /** Layout of the fixture: reservations at 0x28, structure at 0x38 (12 + 12 + 4 bytes more), strings at 0x54. */
    private final byte[] blob = new RawTree().begin("").property(0, "").endNode().end().bytes();

    private byte[] with(int field, int value) {
        byte[] changed = blob.clone();
        ByteBuffer.wrap(changed).putInt(field, value);
        return changed;
    }

    private void refuse(int field, int value, String reason) {
        assertMalformed(field, reason, () -> DeviceTree.read(with(field, value)));
    }

    @Test
    void theFixtureIsWellFormed() {
        assertThat(DeviceTree.read(blob).root().properties()).hasSize(1);
        assertThat(ByteBuffer.wrap(blob).getInt(Fdt.STRUCTURE_AT)).isEqualTo(0x38);
        assertThat(ByteBuffer.wrap(blob).getInt(Fdt.STRINGS_AT)).isEqualTo(0x54);
    }

    @Test
    void bytesBehindTotalsizeAreIgnored() {
        byte[] longer = Arrays.copyOf(blob, blob.length + 100);
        Arrays.fill(longer, blob.length, longer.length, (byte) 0xff);

        DeviceTree tree = DeviceTree.read(longer);

        assertThat(tree.size()).isEqualTo(blob.length);
    }

    @Test
    void nativeMemoryIsCopied() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(blob.length);
            MemorySegment.copy(MemorySegment.ofArray(blob), 0, segment, 0, blob.length);

            DeviceTree tree = DeviceTree.read(segment);
            segment.fill((byte) 0);

            assertThat(tree.root().has("reg")).isTrue();
        }
    }

    @Test
    void arrayIsCopied() {
        DeviceTree tree = DeviceTree.read(blob);

        Arrays.fill(blob, (byte) 0);

        assertThat(tree.root().has("reg")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 39})
    void blobThatEndsInItsHeader(int length) {
        assertMalformed(length, "ends inside its header", () -> DeviceTree.read(Arrays.copyOf(blob, length)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void blobThatEndsInItsMagic(int length) {
        assertMalformed(length, "ends inside its header", () -> DeviceTree.read(new byte[length]));
    }

    @Test
    void otherMagic() {
        refuse(Fdt.MAGIC_AT, 0xedfe0dd0, "0xedfe0dd0, not 0xd00dfeed");
    }

    @Test
    void shortFileOfAnotherKindIsToldByItsMagic() {
        assertMalformed(0, "magic", () -> DeviceTree.read("text\n".getBytes()));
    }

    @Test
    void truncatedBlobIsRefusedWhereItEnds() {
        assertMalformed(blob.length - 1, "ends here, but totalsize is " + blob.length,
                () -> DeviceTree.read(Arrays.copyOf(blob, blob.length - 1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 39})
    void totalsizeLessThanTheHeader(int size) {
        refuse(Fdt.TOTAL_SIZE_AT, size, "less than the header");
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void totalsizeBeyondTheBlob(int size) {
        assertMalformed(blob.length, "ends here", () -> DeviceTree.read(with(Fdt.TOTAL_SIZE_AT, size)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 16})
    void olderVersion(int version) {
        refuse(Fdt.VERSION_AT, version, "version %d is older than 17".formatted(version));
    }

    @Test
    void laterVersionThatIsCompatible() {
        assertThat(DeviceTree.read(with(Fdt.VERSION_AT, 18)).root().name()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {18, -1})
    void laterVersionThatIsNot(int version) {
        refuse(Fdt.LAST_COMPATIBLE_VERSION_AT, version, "a reader of version");
    }

    @ParameterizedTest
    @CsvSource({
        "0x08, 0x00", "0x08, 0x24", "0x08, 0x7ffffffc", "0x08, -4",
        "0x0c, 0x00", "0x0c, 0x27", "0x0c, 0x7fffffff", "0x0c, -1",
        "0x10, 0x00", "0x10, 0x20", "0x10, 0x7ffffff8", "0x10, -8"})
    void blockThatStartsOutside(String field, String offset) {
        refuse(Integer.decode(field), Integer.decode(offset), "not between the header and totalsize");
    }

    @ParameterizedTest
    @CsvSource({"0x08, 0x39, 4", "0x08, 0x3a, 4", "0x10, 0x2c, 8"})
    void blockThatIsNotAligned(String field, String offset, int alignment) {
        refuse(Integer.decode(field), Integer.decode(offset), "no multiple of " + alignment);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0c, 0x7fffffff, 0x80000000, -1})
    void stringsThatEndOutside(int size) {
        refuse(Fdt.STRINGS_SIZE_AT, size, "size_dt_strings");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x28, 0x7fffffff, 0x80000000, -1, -0x38})
    void structureThatEndsOutside(int size) {
        refuse(Fdt.STRUCTURE_SIZE_AT, size, "size_dt_struct");
    }

    @Test
    void stringsInsideTheStructure() {
        refuse(Fdt.STRINGS_AT, 0x50, "overlaps");
    }

    @Test
    void structureInsideTheStrings() {
        byte[] overlapping = with(Fdt.STRINGS_AT, 0x30);
        ByteBuffer.wrap(overlapping).putInt(Fdt.STRINGS_SIZE_AT, 0x0c);

        assertMalformed(Fdt.STRUCTURE_AT, "overlaps", () -> DeviceTree.read(overlapping));
    }
}
