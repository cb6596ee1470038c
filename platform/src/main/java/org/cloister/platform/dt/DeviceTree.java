// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A device tree, read from its flattened form (a {@code .dtb} file). Reading checks the whole structure of the blob;
 * what the values of properties mean is decoded when asked for, so a tree is as cheap as one pass over its bytes.
 *
 * <p>Where a tree has two properties, or two children, of one name, or two nodes of one phandle, look-ups find the
 * first, as the kernel's do.
 *
 * <p>Immutable: it keeps a copy of the blob. Safe for use by any thread.
 */
@ProviderType
public final class DeviceTree {
    private final Blob blob;
    private final Header header;
    private final Structure structure;
    private final List<AddressRange> reservations;

    private DeviceTree(Blob blob) {
        this.blob = blob;
        this.header = Header.read(blob);
        this.reservations = Reservations.read(blob, header);
        this.structure = StructureScanner.scan(blob, header);
    }

    /**
     * Reads a tree of format version 17, or of a later one that is compatible with it.
     *
     * @param blob the flattened tree; what follows its {@code totalsize} bytes is ignored
     * @throws MalformedDeviceTree when it is damaged
     */
    public static DeviceTree read(byte[] blob) {
        return read(MemorySegment.ofArray(blob));
    }

    /**
     * Reads a tree of format version 17, or of a later one that is compatible with it.
     *
     * @param blob the flattened tree; what follows its {@code totalsize} bytes is ignored
     * @throws MalformedDeviceTree when it is damaged
     */
    public static DeviceTree read(MemorySegment blob) {
        return new DeviceTree(Header.cut(blob));
    }

    /** The node with the path {@code /}. */
    public Node root() {
        return node(0);
    }

    /** All nodes in the order of the blob: each one before its children. */
    public Stream<Node> nodes() {
        return IntStream.range(0, structure.nodes()).mapToObj(this::node);
    }

    /**
     * Finds a node by its full path, such as {@code "/soc/video-codec@fd700000"}. An element without unit address
     * also finds a child that has one, if no child has exactly that name.
     */
    public Optional<Node> find(String path) {
        if (!path.startsWith("/")) {
            return Optional.empty();
        }
        Optional<Node> found = Optional.of(root());
        for (String name : path.substring(1).split("/")) {
            if (!name.isEmpty()) {
                found = found.flatMap(node -> node.child(name));
            }
        }
        return found;
    }

    /** Finds a node by the {@linkplain Node#phandle() number} that others refer to it by; linear in the tree. */
    public Optional<Node> byPhandle(long phandle) {
        return nodes().filter(node -> node.phandle().equals(OptionalLong.of(phandle))).findFirst();
    }

    /**
     * The nodes that name {@code compatible} in their property {@code compatible}, in the order of the blob.
     *
     * @throws MalformedDeviceTree while the stream is read, when such a property is no list of strings
     */
    public Stream<Node> compatibleWith(String compatible) {
        return nodes().filter(node -> node.compatible().contains(compatible));
    }

    /** The memory reservation block ({@code /memreserve/} in source form), in its order. */
    public List<AddressRange> reservations() {
        return reservations;
    }

    /**
     * The typed view of {@code /reserved-memory}.
     *
     * @throws MalformedDeviceTree when a property there does not have its shape
     */
    public ReservedMemory reservedMemory() {
        return ReservedMemory.of(this);
    }

    /** The physical id of the boot CPU, an unsigned 32-bit value. */
    public long bootCpu() {
        return Integer.toUnsignedLong(header.bootCpu());
    }

    /** Bytes of the flattened tree. */
    public int size() {
        return blob.size();
    }

    Blob blob() {
        return blob;
    }

    Structure structure() {
        return structure;
    }

    Node node(int index) {
        return new Node(this, index);
    }

    boolean isPropertyName(int token, String name) {
        return blob.hasName(header.strings() + blob.word(token + 2 * Fdt.WORD), name);
    }

    String propertyName(int token) {
        return blob.name(header.strings() + blob.word(token + 2 * Fdt.WORD));
    }
}
