// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.platform.dt.Trees.assertMalformed;

import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class NodeTest {
    private final DeviceTree tree = Trees.tree();
    private final Node soc = tree.find("/soc").orElseThrow();
    private final Node codec = tree.find("/soc/codec@fd700000").orElseThrow();

    private static Node root(Consumer<NodeBuilder> content) {
        return DeviceTree.read(new DeviceTreeBuilder().root(content).build()).root();
    }

    @Test
    void names() {
        assertThat(codec.name()).isEqualTo("codec@fd700000");
        assertThat(codec.baseName()).isEqualTo("codec");
        assertThat(codec.unitAddress()).contains("fd700000");
        assertThat(soc.unitAddress()).isEmpty();
        assertThat(soc.baseName()).isEqualTo("soc");
        assertThat(tree.root().name()).isEmpty();
        assertThat(codec).hasToString("/soc/codec@fd700000");
    }

    @Test
    void family() {
        assertThat(codec.parent()).contains(soc);
        assertThat(soc.parent()).contains(tree.root());
        assertThat(tree.root().parent()).isEmpty();
        assertThat(soc.children()).first().isEqualTo(codec);
        assertThat(codec.children()).isEmpty();
    }

    @Test
    void equality() {
        assertThat(codec).isEqualTo(tree.find("/soc/codec@fd700000").orElseThrow())
                .hasSameHashCodeAs(tree.find("/soc/codec").orElseThrow())
                .isNotEqualTo(soc)
                .isNotEqualTo(Trees.tree().find("/soc/codec").orElseThrow());
    }

    @Test
    void statusIsOkayUnlessItSaysOtherwise() {
        assertThat(soc.status()).isEqualTo("okay");
        assertThat(soc.isEnabled()).isTrue();
        assertThat(tree.find("/soc/codec@fd710000").orElseThrow().isEnabled()).isTrue();
        assertThat(tree.find("/reserved-memory/log").orElseThrow().isEnabled()).isFalse();
        assertThat(root(node -> node.strings("status", "reserved")).isEnabled()).isFalse();
    }

    @Test
    void statusThatIsNoString() {
        Node node = root(root -> root.bytes("status", (byte) 'o', (byte) 'k'));

        assertMalformed(node.property("status").orElseThrow().offset(), "ends inside a string", node::isEnabled);
    }

    @Test
    void cellWidthsAreTwoAndOneUnlessTheNodeSaysOtherwise() {
        assertThat(soc.addressCells()).isEqualTo(1);
        assertThat(soc.sizeCells()).isEqualTo(1);
        assertThat(tree.root().sizeCells()).isEqualTo(2);
        assertThat(codec.addressCells()).isEqualTo(2);
        assertThat(codec.sizeCells()).isEqualTo(1);
    }

    @Test
    void cellWidthsOutOfRange() {
        Node node = root(root -> root.cells("#address-cells", 5).cells("#size-cells", 0xffff_ffffL));

        assertMalformed(node.property("#address-cells").orElseThrow().offset(), "is 5, more than 4",
                node::addressCells);
        assertMalformed(node.property("#size-cells").orElseThrow().offset(), "is 4294967295", node::sizeCells);
    }

    @Test
    void cellWidthThatIsNoCell() {
        Node node = root(root -> root.bytes("#size-cells", (byte) 1));

        assertMalformed(node.property("#size-cells").orElseThrow().offset(), "has 1 bytes, where 4 are wanted",
                node::sizeCells);
    }

    @Test
    void rangesTakeTheWidthsOfTheParent() {
        assertThat(codec.ranges("reg")).containsExactly(new AddressRange(0xfd70_0000L, 0x1000));
        assertThat(codec.property("reg").orElseThrow().length()).isEqualTo(8);
        assertThat(soc.ranges("reg")).isEmpty();
    }

    @Test
    void phandleOfOldTrees() {
        assertThat(root(node -> node.cells("linux,phandle", 3)).phandle()).isEqualTo(OptionalLong.of(3));
        assertThat(root(node -> node.cells("phandle", 0xffff_fff0L)).phandle())
                .isEqualTo(OptionalLong.of(0xffff_fff0L));
    }

    @Test
    void phandleOfAWrongShapeIsNone() {
        assertThat(root(node -> node.cells("phandle", 3, 4)).phandle()).isEmpty();
        assertThat(root(node -> node.cells("phandle", 0)).phandle()).isEmpty();
        assertThat(root(node -> node.cells("phandle", 0xffff_ffffL)).phandle()).isEmpty();
        assertThat(soc.phandle()).isEmpty();
    }
}
