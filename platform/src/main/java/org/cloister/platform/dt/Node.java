// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A node of a {@link DeviceTree}. A light view: two of the same node are equal.
 *
 * <p>Immutable and safe for use by any thread.
 */
@ProviderType
public final class Node {
    private static final long NO_PHANDLE = 0xffff_ffffL;

    private final DeviceTree tree;
    private final int index;

    Node(DeviceTree tree, int index) {
        this.tree = tree;
        this.index = index;
    }

    /** The tree it is in. */
    public DeviceTree tree() {
        return tree;
    }

    /** The name with unit address, such as {@code "video@58000000"}; empty for the root. */
    public String name() {
        return tree.blob().name(offset());
    }

    /** The name without unit address, such as {@code "video"}. */
    public String baseName() {
        String name = name();
        int at = name.indexOf('@');
        return at < 0 ? name : name.substring(0, at);
    }

    /**
     * What follows the {@code @} in the name, as written. It is a label for people: in real trees it may differ from
     * the address in {@code reg}.
     */
    public Optional<String> unitAddress() {
        String name = name();
        int at = name.indexOf('@');
        return at < 0 ? Optional.empty() : Optional.of(name.substring(at + 1));
    }

    /** The full path, such as {@code "/reserved-memory/video@58000000"}. */
    public String path() {
        List<String> names = new ArrayList<>();
        for (int node = index; node > 0; node = tree.structure().parent()[node]) {
            names.add(tree.node(node).name());
        }
        Collections.reverse(names);
        return "/" + String.join("/", names);
    }

    /** The node that this is a child of; empty for the root. */
    public Optional<Node> parent() {
        return index == 0 ? Optional.empty() : Optional.of(tree.node(tree.structure().parent()[index]));
    }

    /** The child nodes in the order of the blob. */
    public Stream<Node> children() {
        int[] end = tree.structure().end();
        return IntStream.iterate(index + 1, child -> child < end[index], child -> end[child]).mapToObj(tree::node);
    }

    /**
     * Finds a child by name; a name without unit address also finds a child that has one, if no child has exactly
     * that name.
     */
    public Optional<Node> child(String name) {
        Optional<Node> exact = children().filter(child -> tree.blob().hasName(child.offset(), name)).findFirst();
        return exact.isPresent() || name.contains("@")
                ? exact
                : children().filter(child -> child.baseName().equals(name)).findFirst();
    }

    /** The properties in the order of the blob. */
    public Stream<Property> properties() {
        return tokens().mapToObj(token -> new Property(this, token));
    }

    /** Finds a property by name. */
    public Optional<Property> property(String name) {
        return tokens().filter(token -> tree.isPropertyName(token, name))
                .mapToObj(token -> new Property(this, token)).findFirst();
    }

    /** Tells whether there is such a property, whatever its value: how flags are written. */
    public boolean has(String name) {
        return tokens().anyMatch(token -> tree.isPropertyName(token, name));
    }

    /**
     * The property {@code compatible}: what the node is, most specific first; empty when absent.
     *
     * @throws MalformedDeviceTree when it is no list of strings
     */
    public List<String> compatible() {
        return property("compatible").map(Property::strings).orElse(List.of());
    }

    /**
     * The property {@code status}; {@code "okay"} when absent, which is what absence means.
     *
     * @throws MalformedDeviceTree when it is no string
     */
    public String status() {
        return property("status").map(Property::string).orElse("okay");
    }

    /**
     * Tells whether the status is {@code okay} (or {@code ok}, of old trees): the device is there and to be used.
     *
     * @throws MalformedDeviceTree when the status is no string
     */
    public boolean isEnabled() {
        String status = status();
        return status.equals("okay") || status.equals("ok");
    }

    /**
     * The number that others refer to this node by: its property {@code phandle}, or {@code linux,phandle} of old
     * trees. Empty when it has none, one of a wrong shape, or one of 0 and 0xffffffff, which refer to nothing.
     */
    public OptionalLong phandle() {
        return property("phandle").or(() -> property("linux,phandle"))
                .filter(phandle -> phandle.length() == Fdt.WORD)
                .map(Property::u32)
                .filter(phandle -> phandle != 0 && phandle != NO_PHANDLE)
                .map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    /**
     * The width of an address of a child, in cells: {@code #address-cells}, by default 2. It is not inherited.
     *
     * @throws MalformedDeviceTree when it is not 0 to 4
     */
    public int addressCells() {
        return cells("#address-cells", 2);
    }

    /**
     * The width of a size of a child, in cells: {@code #size-cells}, by default 1. It is not inherited.
     *
     * @throws MalformedDeviceTree when it is not 0 to 4
     */
    public int sizeCells() {
        return cells("#size-cells", 1);
    }

    /**
     * The ranges of a property such as {@code reg}, with the cell widths of the parent; empty when absent.
     *
     * @throws MalformedDeviceTree when its length is no multiple of a range, or a number is wider than 64 bits
     */
    public List<AddressRange> ranges(String name) {
        Node widths = parent().orElse(this);
        return property(name).map(list -> list.ranges(widths.addressCells(), widths.sizeCells())).orElse(List.of());
    }

    private int cells(String name, int absent) {
        return property(name).map(property -> {
            long cells = property.u32();
            if (cells > Fdt.MAX_CELLS) {
                throw property.malformed("is %d, more than %d".formatted(cells, Fdt.MAX_CELLS));
            }
            return (int) cells;
        }).orElse(absent);
    }

    private IntStream tokens() {
        Structure structure = tree.structure();
        return IntStream.range(structure.firstProperty()[index], structure.firstProperty()[index + 1])
                .map(property -> structure.property()[property]);
    }

    private int offset() {
        return tree.structure().name()[index];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Node node && node.tree == tree && node.index == index;
    }

    @Override
    public int hashCode() {
        return index;
    }

    @Override
    public String toString() {
        return path();
    }
}
