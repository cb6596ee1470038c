// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PropertyTest {
    private static Property property(String hex) {
        byte[] blob = new DeviceTreeBuilder()
                .root(root -> root.node("n", node -> node.bytes("p", HexFormat.of().parseHex(hex)))).build();
        return DeviceTree.read(blob).find("/n").flatMap(node -> node.property("p")).orElseThrow();
    }

    private static void refuse(Property property, String reason, ThrowingCallable action) {
        Trees.assertMalformed(property.offset(), "/n:p " + reason, action);
    }

    @Test
    void rawValue() {
        Property property = property("00ff01");
        property.bytes()[0] = 5;

        assertThat(property.bytes()).containsExactly(0, 0xff, 1);
        assertThat(property.length()).isEqualTo(3);
        assertThat(property.name()).isEqualTo("p");
        assertThat(property.node().path()).isEqualTo("/n");
        assertThat(property).hasToString("/n:p");
        assertThat(property("").bytes()).isEmpty();
    }

    @Test
    void numbersAreUnsigned() {
        assertThat(property("ffffffff").u32()).isEqualTo(0xffff_ffffL);
        assertThat(property("0000000180000000").u64()).isEqualTo(0x1_8000_0000L);
        assertThat(property("ffffffffffffffff").u64()).isEqualTo(-1L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "000000", "0000000000", "0000000000000000"})
    void noU32(String hex) {
        Property property = property(hex);

        refuse(property, "has %d bytes, where 4 are wanted".formatted(hex.length() / 2), property::u32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00000000", "00000000000000", "000000000000000000000000"})
    void noU64(String hex) {
        Property property = property(hex);

        refuse(property, "has %d bytes, where 8 are wanted".formatted(hex.length() / 2), property::u64);
    }

    @ParameterizedTest
    @CsvSource({"00000001, 1", "0000000100000002, 4294967298", "000000000000000000000003, 3", "ffffffff, 4294967295"})
    void numberOfAnyWidth(String hex, long number) {
        assertThat(property(hex).number()).isEqualTo(number);
    }

    @Test
    void numberThatIsNone() {
        Property empty = property("");
        Property wide = property("000000010000000000000000");
        Property odd = property("0001");

        refuse(empty, "is empty", empty::number);
        refuse(wide, "has a number of 3 cells that does not fit 64 bits", wide::number);
        refuse(odd, "has 2 bytes, no whole number of cells", odd::number);
    }

    @Test
    void cells() {
        Property property = property("00000001ffffffff");

        assertThat(property.cellCount()).isEqualTo(2);
        assertThat(property.cell(1)).isEqualTo(0xffff_ffffL);
        assertThat(property("").cellCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x40000000})
    void cellOutOfBounds(int index) {
        assertThatThrownBy(() -> property("0000000100000002").cell(index))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("/n:p has 2 cells");
    }

    @Test
    void strings() {
        assertThat(property("6100626300").strings()).containsExactly("a", "bc");
        assertThat(property("0061000000").strings()).containsExactly("", "a", "", "");
        assertThat(property("").strings()).isEmpty();
        assertThat(property("c3a400").string()).isEqualTo("\u00e4");
        assertThat(property("00").string()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"61", "610062"})
    void noStrings(String hex) {
        Property property = property(hex);

        refuse(property, "ends inside a string", property::strings);
    }

    @ParameterizedTest
    @CsvSource({"'', 0", "61006200, 2"})
    void notOneString(String hex, int count) {
        Property property = property(hex);

        refuse(property, "has %d strings, where one is wanted".formatted(count), property::string);
    }

    @Test
    void rangesOfSeveralWidths() {
        Property property = property("00000000" + "00000000" + "00000001" + "80000000");

        assertThat(property.ranges(1, 1))
                .containsExactly(new AddressRange(0, 0), new AddressRange(1, 0x8000_0000L));
        assertThat(property.ranges(2, 2)).containsExactly(new AddressRange(0, 0x1_8000_0000L));
        assertThat(property.ranges(3, 1)).containsExactly(new AddressRange(1, 0x8000_0000L));
        assertThat(property.ranges(4, 0)).containsExactly(new AddressRange(0x1_8000_0000L, 0));
        assertThat(property.ranges(0, 2))
                .containsExactly(new AddressRange(0, 0), new AddressRange(0, 0x1_8000_0000L));
        assertThat(property("").ranges(0, 0)).isEmpty();
    }

    @Test
    void rangesThatAreNone() {
        Property three = property("000000010000000200000003");
        Property odd = property("0000000100");

        refuse(three, "has 3 cells, no multiple of 1 for an address and 1 for a size", () -> three.ranges(1, 1));
        refuse(three, "has 3 cells, no multiple of 0 for an address and 0 for a size", () -> three.ranges(0, 0));
        refuse(three, "has 3 cells, no multiple of 2 for an address and 2 for a size", () -> three.ranges(2, 2));
        refuse(three, "has a number of 3 cells that does not fit", () -> three.ranges(3, 0));
        refuse(odd, "has 5 bytes", () -> odd.ranges(1, 1));
    }

    @Test
    void oneRange() {
        Property two = property("00000000" + "00000000" + "00000001" + "80000000");
        Property none = property("");

        assertThat(two.range(2, 2)).isEqualTo(new AddressRange(0, 0x1_8000_0000L));
        refuse(two, "has 2 ranges, where one is wanted", () -> two.range(1, 1));
        refuse(none, "has 0 ranges, where one is wanted", () -> none.range(2, 2));
    }

    @Test
    void rangeThatWrapsAround() {
        Property property = property("fffffffffffff000" + "0000000000001001");

        refuse(property, "has a range of 0x1001 bytes at 0xfffffffffffff000, which goes beyond 64 bits",
                () -> property.ranges(2, 2));
    }

    @Test
    void rangeWidthsOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> property("").ranges(5, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> property("").ranges(1, -1));
    }
}
