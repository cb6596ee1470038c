// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.platform.dt.Trees.assertMalformed;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReservationsTest {
    private static RawTree tree() {
        return new RawTree();
    }

    private static byte[] finished(RawTree tree) {
        return tree.begin("").endNode().end().bytes();
    }

    @Test
    void entriesKeepTheirOrder() {
        byte[] blob = finished(tree().reservation(0x2000, 0x10).reservation(0x1000, 0x20).reservation(0x2000, 0x10));

        assertThat(DeviceTree.read(blob).reservations()).containsExactly(
                new AddressRange(0x2000, 0x10), new AddressRange(0x1000, 0x20), new AddressRange(0x2000, 0x10));
    }

    @Test
    void onlyAPairOfZerosEndsTheBlock() {
        byte[] blob = finished(tree().reservation(0, 0x10).reservation(0x1000, 0));

        assertThat(DeviceTree.read(blob).reservations())
                .containsExactly(new AddressRange(0, 0x10), new AddressRange(0x1000, 0));
    }

    @Test
    void aRangeMayEndAtTheTopOfTheAddressSpace() {
        byte[] blob = finished(tree().reservation(-0x1000, 0x1000));

        assertThat(DeviceTree.read(blob).reservations()).containsExactly(new AddressRange(-0x1000, 0x1000));
    }

    @Test
    void aRangeMayNotWrapAround() {
        byte[] blob = finished(tree().reservation(1, 1).reservation(-0x1000, 0x1001));

        assertMalformed(0x38, "goes beyond 64 bits", () -> DeviceTree.read(blob));
    }

    @Test
    void blockThatRunsIntoTheStructure() {
        byte[] blob = finished(tree().reservation(1, 1));
        ByteBuffer.wrap(blob).putLong(0x38, 5);

        assertMalformed(0x48, "before the structure block", () -> DeviceTree.read(blob));
    }

    @Test
    void blockThatRunsIntoTheStrings() {
        ByteBuffer blob = reservationsBehind(0x68);
        blob.putInt(Fdt.STRINGS_AT, 0x64).putInt(Fdt.STRINGS_SIZE_AT, 4);

        assertMalformed(0x58, "before the strings block", () -> DeviceTree.read(blob.array()));
    }

    @Test
    void blockThatRunsOutOfTheBlob() {
        ByteBuffer blob = reservationsBehind(0x68);

        assertMalformed(0x58, "no closing pair of zeros", () ->
                DeviceTree.read(Arrays.copyOf(blob.putInt(Fdt.TOTAL_SIZE_AT, 0x60).array(), 0x60)));
    }

    @Test
    void blockAtTheEndOfTheBlob() {
        assertThat(DeviceTree.read(reservationsBehind(0x68).array()).reservations())
                .containsExactly(new AddressRange(1, 2));
    }

    /** A tree with its reservation block, of one entry, at 0x48 behind the structure; {@code total} bytes. */
    private static ByteBuffer reservationsBehind(int total) {
        byte[] blob = Arrays.copyOf(finished(tree()), total);
        ByteBuffer bytes = ByteBuffer.wrap(blob);
        assertThat(bytes.getInt(Fdt.STRINGS_AT)).isEqualTo(0x48);
        Arrays.fill(blob, 0x48, total, (byte) 0);
        return bytes.putInt(Fdt.TOTAL_SIZE_AT, total).putInt(Fdt.RESERVATIONS_AT, 0x48)
                .putInt(Fdt.STRINGS_SIZE_AT, 0).putLong(0x48, 1).putLong(0x50, 2);
    }
}
