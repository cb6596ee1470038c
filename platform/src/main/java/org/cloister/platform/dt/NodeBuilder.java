// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One node of a {@link DeviceTreeBuilder}. Properties and child nodes keep the order in which they were added; to set a
 * property again replaces it in place, and to name a child again adds to it.
 *
 * <p>For one thread.
 */
@ProviderType
public final class NodeBuilder {
    private final NodeBuilder parent;
    private final int depth;
    private final SequencedMap<String, byte[]> properties = new LinkedHashMap<>();
    private final SequencedMap<String, NodeBuilder> children = new LinkedHashMap<>();

    /** Makes a root. */
    NodeBuilder() {
        this.parent = this;
        this.depth = 1;
    }

    private NodeBuilder(NodeBuilder parent) {
        this.parent = parent;
        this.depth = parent.depth + 1;
    }

    /**
     * Adds to the child of that name, which is made unless it is there.
     *
     * @param name with unit address if it has one
     * @param content what to do with the builder of the child
     * @return this
     * @throws IllegalArgumentException for a name that is empty, or has a slash or anything but printable ASCII; and
     *     for a tree of more than 64 levels
     */
    public NodeBuilder node(String name, Consumer<NodeBuilder> content) {
        if (name.isEmpty() || !name.chars().allMatch(Fdt::isNodeNameCharacter)) {
            throw new IllegalArgumentException("\"%s\" cannot be the name of a node".formatted(name));
        }
        if (depth == Fdt.MAX_DEPTH) {
            throw new IllegalArgumentException("%s is deeper than %d levels".formatted(name, Fdt.MAX_DEPTH));
        }
        content.accept(children.computeIfAbsent(name, absent -> new NodeBuilder(this)));
        return this;
    }

    /**
     * Sets a property.
     *
     * @param value copied
     * @return this
     * @throws IllegalArgumentException for a name that is empty or has anything but printable ASCII
     */
    public NodeBuilder bytes(String name, byte... value) {
        if (name.isEmpty() || !name.chars().allMatch(Fdt::isNameCharacter)) {
            throw new IllegalArgumentException("\"%s\" cannot be the name of a property".formatted(name));
        }
        properties.put(name, value.clone());
        return this;
    }

    /** Sets a property without a value. */
    public NodeBuilder flag(String name) {
        return bytes(name);
    }

    /**
     * Sets a property to numbers of 32 bits.
     *
     * @throws IllegalArgumentException for a value that is not 0 to 0xffffffff
     */
    public NodeBuilder cells(String name, long... values) {
        ByteBuffer cells = ByteBuffer.allocate(values.length * Integer.BYTES);
        Arrays.stream(values).forEach(value -> cells.putInt(cell(value)));
        return bytes(name, cells.array());
    }

    /** Sets a property to numbers of 64 bits. */
    public NodeBuilder longs(String name, long... values) {
        ByteBuffer longs = ByteBuffer.allocate(values.length * Long.BYTES);
        Arrays.stream(values).forEach(longs::putLong);
        return bytes(name, longs.array());
    }

    /**
     * Sets a property to strings.
     *
     * @throws IllegalArgumentException for a string with a NUL in it
     */
    public NodeBuilder strings(String name, String... values) {
        StringBuilder joined = new StringBuilder();
        for (String value : values) {
            if (value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("%s: a string with a NUL in it would be two".formatted(name));
            }
            joined.append(value).append('\0');
        }
        return bytes(name, joined.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sets {@code reg} with the cell widths that the parent has by now.
     *
     * @throws IllegalArgumentException for a number that does not fit them
     */
    public NodeBuilder reg(AddressRange... ranges) {
        return ranges("reg", ranges);
    }

    /**
     * Sets a property to ranges with the cell widths that the parent has by now.
     *
     * @throws IllegalArgumentException for a number that does not fit them
     */
    public NodeBuilder ranges(String name, AddressRange... ranges) {
        int addressCells = parent.width("#address-cells", 2);
        int sizeCells = parent.width("#size-cells", 1);
        ByteBuffer value = ByteBuffer.allocate(ranges.length * (addressCells + sizeCells) * Integer.BYTES);
        for (AddressRange range : ranges) {
            putNumber(value, range.base(), addressCells);
            putNumber(value, range.size(), sizeCells);
        }
        return bytes(name, value.array());
    }

    Map<String, byte[]> properties() {
        return properties;
    }

    SequencedMap<String, NodeBuilder> children() {
        return children;
    }

    /** {@code value} as 32 bits. */
    static int cell(long value) {
        if (value >>> Integer.SIZE != 0) {
            throw new IllegalArgumentException("0x%x does not fit a cell of 32 bits".formatted(value));
        }
        return (int) value;
    }

    private int width(String name, int absent) {
        byte[] value = properties.get(name);
        if (value == null) {
            return absent;
        }
        int width = value.length == Fdt.WORD ? ByteBuffer.wrap(value).getInt() : -1;
        if (width < 0 || width > Fdt.MAX_CELLS) {
            throw new IllegalArgumentException("%s of the parent is not 0 to %d".formatted(name, Fdt.MAX_CELLS));
        }
        return width;
    }

    private static void putNumber(ByteBuffer into, long number, int cells) {
        if (cells < 2 && number >>> (cells * Integer.SIZE) != 0) {
            throw new IllegalArgumentException("0x%x does not fit %d cells".formatted(number, cells));
        }
        for (int cell = cells - 1; cell >= 0; cell--) {
            into.putInt(cell > 1 ? 0 : (int) (number >>> (cell * Integer.SIZE)));
        }
    }
}
