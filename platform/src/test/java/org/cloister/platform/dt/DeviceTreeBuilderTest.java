// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTreeBuilderTest {
    @Test
    void bytesOfASmallTree() {
        byte[] blob = new DeviceTreeBuilder().bootCpu(2).reserve(new AddressRange(0x8000_0000L, 0x10000))
                .root(root -> root.cells("a", 42).node("n", node -> node.strings("bc", "x").flag("a"))).build();

        assertThat(HexFormat.of().formatHex(blob)).isEqualTo(String.join("",
                "d00dfeed", "00000098", "00000048", "00000090", "00000028", "00000011", "00000010", "00000002",
                "00000005", "00000048",
                "0000000080000000", "0000000000010000", "0000000000000000", "0000000000000000",
                "00000001", "00000000", "00000003", "00000004", "00000000", "0000002a",
                "00000001", "6e000000", "00000003", "00000002", "00000002", "78000000",
                "00000003", "00000000", "00000000", "00000002", "00000002", "00000009",
                "6100626300", "000000"));
    }

    @Test
    void rebuiltTreeIsTheSame() {
        byte[] blob = Trees.sample();
        DeviceTree tree = DeviceTree.read(blob);
        DeviceTreeBuilder builder = new DeviceTreeBuilder().bootCpu(tree.bootCpu());
        tree.reservations().forEach(builder::reserve);
        builder.root(root -> copy(tree.root(), root));

        assertThat(builder.build()).isEqualTo(blob);
        assertThat(builder.build()).as("a second time").isEqualTo(blob);
    }

    private static void copy(Node from, NodeBuilder to) {
        from.properties().forEach(property -> to.bytes(property.name(), property.bytes()));
        from.children().forEach(child -> to.node(child.name(), node -> copy(child, node)));
    }

    @Test
    void emptyTree() {
        DeviceTree tree = DeviceTree.read(new DeviceTreeBuilder().build());

        assertThat(tree.nodes()).hasSize(1);
        assertThat(tree.size() % 4).isZero();
    }

    @Test
    void propertiesAreReplacedInPlaceAndChildrenAddedTo() {
        DeviceTree tree = DeviceTree.read(new DeviceTreeBuilder()
                .root(root -> root.cells("a", 1).cells("b", 2).cells("a", 3, 4)
                        .node("n", node -> node.cells("c", 5)).node("m", node -> { }))
                .root(root -> root.node("n", node -> node.cells("d", 6))).build());

        assertThat(tree.root().properties()).extracting(Property::name).containsExactly("a", "b");
        assertThat(tree.root().property("a").orElseThrow().cell(1)).isEqualTo(4);
        assertThat(tree.root().children()).extracting(Node::name).containsExactly("n", "m");
        assertThat(tree.find("/n").orElseThrow().properties()).extracting(Property::name).containsExactly("c", "d");
    }

    @Test
    void widerNumbersThanTwoCells() {
        DeviceTree tree = DeviceTree.read(new DeviceTreeBuilder().root(root -> root.cells("#address-cells", 3)
                .cells("#size-cells", 0).node("n", node -> node.reg(new AddressRange(-2, 0)))).build());

        assertThat(tree.find("/n").orElseThrow().ranges("reg")).containsExactly(new AddressRange(-2, 0));
        assertThat(tree.find("/n").orElseThrow().property("reg").orElseThrow().length()).isEqualTo(12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a\n", "\u00e4"})
    void wrongNodeNames(String name) {
        refuse(root -> root.node(name, node -> { }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\0", "\u20ac"})
    void wrongPropertyNames(String name) {
        refuse(root -> root.flag(name));
    }

    @Test
    void valuesThatDoNotFit() {
        refuse(root -> root.cells("a", 0x1_0000_0000L));
        refuse(root -> root.cells("a", -1));
        refuse(root -> root.strings("a", "x\0y"));
        refuse(root -> root.cells("#address-cells", 1)
                .node("n", node -> node.reg(new AddressRange(0x1_0000_0000L, 1))));
        refuse(root -> root.cells("#size-cells", 0).node("n", node -> node.reg(new AddressRange(1, 1))));
        refuse(root -> root.cells("#size-cells", 5).node("n", node -> node.reg(new AddressRange(1, 1))));
        refuse(root -> root.cells("#size-cells", 1, 1).node("n", node -> node.reg(new AddressRange(1, 1))));
        assertThatIllegalArgumentException().isThrownBy(() -> new DeviceTreeBuilder().bootCpu(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeviceTreeBuilder().reserve(new AddressRange(0, 0)));
    }

    @Test
    void sixtyFourLevelsAndNoMore() {
        assertThat(DeviceTree.read(new DeviceTreeBuilder().root(root -> nest(root, 63)).build()).nodes()).hasSize(64);
        refuse(root -> nest(root, 64));
    }

    private static void nest(NodeBuilder node, int levels) {
        if (levels > 0) {
            node.node("n", child -> nest(child, levels - 1));
        }
    }

    private static void refuse(Consumer<NodeBuilder> content) {
        assertThatIllegalArgumentException().isThrownBy(() -> new DeviceTreeBuilder().root(content));
    }
}
