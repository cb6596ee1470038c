// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.ArrayList;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A property of a {@link Node}: a name and bytes. What the bytes mean is up to the reader, so each accessor checks that
 * they have the shape it was asked for, and throws {@link MalformedDeviceTree} with the offset of the value when they
 * have not.
 *
 * <p>Immutable and safe for use by any thread.
 */
@ProviderType
public final class Property {
    private final Node node;
    private final int token;

    Property(Node node, int token) {
        this.node = node;
        this.token = token;
    }

    /** The node it belongs to. */
    public Node node() {
        return node;
    }

    /** The name, such as {@code "reg"}. */
    public String name() {
        return node.tree().propertyName(token);
    }

    /** Bytes of the value. */
    public int length() {
        return blob().word(token + Fdt.WORD);
    }

    /** Where the value starts in the blob. */
    public long offset() {
        return value();
    }

    /** A copy of the value. */
    public byte[] bytes() {
        return blob().copy(value(), length());
    }

    /**
     * The value as one unsigned number of 32 bits.
     *
     * @throws MalformedDeviceTree when it does not have 4 bytes
     */
    public long u32() {
        requireLength(Integer.BYTES);
        return blob().unsignedWord(value());
    }

    /**
     * The value as one unsigned number of 64 bits.
     *
     * @throws MalformedDeviceTree when it does not have 8 bytes
     */
    public long u64() {
        requireLength(Long.BYTES);
        return blob().doubleWord(value());
    }

    /**
     * The value as one unsigned number of as many cells as it has.
     *
     * @throws MalformedDeviceTree when it has no cell, or does not fit 64 bits
     */
    public long number() {
        int cells = cellCount();
        if (cells == 0) {
            throw malformed("is empty, where a number is wanted");
        }
        return number(0, cells);
    }

    /**
     * How many cells (numbers of 32 bits) the value has.
     *
     * @throws MalformedDeviceTree when its length is no multiple of 4
     */
    public int cellCount() {
        if (length() % Fdt.WORD != 0) {
            throw malformed("has %d bytes, no whole number of cells".formatted(length()));
        }
        return length() / Fdt.WORD;
    }

    /**
     * One cell, unsigned.
     *
     * @param index 0 to {@link #cellCount()} - 1
     * @throws IndexOutOfBoundsException for any other
     * @throws MalformedDeviceTree when the length is no multiple of 4
     */
    public long cell(int index) {
        if (index < 0 || index >= cellCount()) {
            throw new IndexOutOfBoundsException("%s has %d cells; there is none at %d"
                    .formatted(this, cellCount(), index));
        }
        return blob().unsignedWord(value() + index * Fdt.WORD);
    }

    /**
     * The value as one string.
     *
     * @throws MalformedDeviceTree when it is no string, or more than one
     */
    public String string() {
        List<String> strings = strings();
        if (strings.size() != 1) {
            throw malformed("has %d strings, where one is wanted".formatted(strings.size()));
        }
        return strings.getFirst();
    }

    /**
     * The value as a list of strings; an empty value is an empty list.
     *
     * @throws MalformedDeviceTree when the last string has no NUL behind it
     */
    public List<String> strings() {
        List<String> strings = new ArrayList<>();
        int end = value() + length();
        int at = value();
        while (at < end) {
            int terminator = blob().terminator(at, end);
            if (terminator == end) {
                throw malformed("ends inside a string");
            }
            strings.add(blob().text(at, terminator - at));
            at = terminator + 1;
        }
        return List.copyOf(strings);
    }

    /**
     * The value as a list of address ranges.
     *
     * @param addressCells cells of an address, 0 to 4
     * @param sizeCells cells of a size, 0 to 4; with 0 each range is empty
     * @throws IllegalArgumentException for other widths
     * @throws MalformedDeviceTree when the length is no multiple of a range, when a number does not fit 64 bits, or
     *     when a range goes beyond 2^64
     */
    public List<AddressRange> ranges(int addressCells, int sizeCells) {
        requireWidth(addressCells);
        requireWidth(sizeCells);
        int cells = cellCount();
        int width = addressCells + sizeCells;
        if (cells != 0 && (width == 0 || cells % width != 0)) {
            throw malformed("has %d cells, no multiple of %d for an address and %d for a size"
                    .formatted(cells, addressCells, sizeCells));
        }
        List<AddressRange> ranges = new ArrayList<>();
        for (int cell = 0; cell < cells; cell += width) {
            long base = number(cell, addressCells);
            long size = number(cell + addressCells, sizeCells);
            if (AddressRange.wraps(base, size)) {
                throw malformed("has a range of 0x%x bytes at 0x%x, which goes beyond 64 bits".formatted(size, base));
            }
            ranges.add(new AddressRange(base, size));
        }
        return List.copyOf(ranges);
    }

    /**
     * The value as one address range.
     *
     * @throws MalformedDeviceTree also when it is none, or several
     */
    public AddressRange range(int addressCells, int sizeCells) {
        List<AddressRange> ranges = ranges(addressCells, sizeCells);
        if (ranges.size() != 1) {
            throw malformed("has %d ranges, where one is wanted".formatted(ranges.size()));
        }
        return ranges.getFirst();
    }

    /** The exception for a value that is not what was asked for. */
    MalformedDeviceTree malformed(String reason) {
        return new MalformedDeviceTree(value(), this + " " + reason);
    }

    private long number(int firstCell, int cells) {
        long number = 0;
        for (int i = 0; i < cells; i++) {
            if (number >>> Integer.SIZE != 0) {
                throw malformed("has a number of %d cells that does not fit 64 bits".formatted(cells));
            }
            number = number << Integer.SIZE | blob().unsignedWord(value() + (firstCell + i) * Fdt.WORD);
        }
        return number;
    }

    private void requireLength(int bytes) {
        if (length() != bytes) {
            throw malformed("has %d bytes, where %d are wanted".formatted(length(), bytes));
        }
    }

    private static void requireWidth(int cells) {
        if (cells < 0 || cells > Fdt.MAX_CELLS) {
            throw new IllegalArgumentException("%d cells; 0 to %d are possible".formatted(cells, Fdt.MAX_CELLS));
        }
    }

    private int value() {
        return token + Fdt.PROP_HEADER;
    }

    private Blob blob() {
        return node.tree().blob();
    }

    /** The path of the node, a colon, the name. */
    @Override
    public String toString() {
        return node.path() + ":" + name();
    }
}
