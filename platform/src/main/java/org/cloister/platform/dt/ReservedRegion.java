// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.List;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A child of {@code /reserved-memory}: memory that the operating system may not use as it likes. Either static, with
 * {@code reg}, or dynamic, with {@code size}, to be placed at boot. Binding: reserved-memory/reserved-memory.yaml.
 *
 * <p>It tells what the tree says. Real trees have regions that overlap, are empty until firmware fills them in, are not
 * aligned to pages, are disabled, or have a unit address that differs from {@code reg}.
 *
 * @param node the node
 * @param reg where it is; empty for a dynamic region
 * @param size bytes of a dynamic region, unsigned
 * @param alignment bytes, what the base of a dynamic region is to be a multiple of
 * @param allocRanges where a dynamic region may be placed; empty for anywhere
 * @param noMap whether the operating system may not even map it
 * @param reusable whether the operating system may use it until its owner wants it ({@code shared-dma-pool} of this
 *     kind is a CMA area)
 * @param compatible what it is for, most specific first
 * @param status as written; {@code "okay"} when absent
 * @param cmaDefault whether it is the default CMA area ({@code linux,cma-default})
 * @param dmaDefault whether it is the default coherent pool ({@code linux,dma-default})
 */
@ProviderType
public record ReservedRegion(Node node, List<AddressRange> reg, OptionalLong size, OptionalLong alignment,
        List<AddressRange> allocRanges, boolean noMap, boolean reusable, List<String> compatible, String status,
        boolean cmaDefault, boolean dmaDefault) {

    /** Copies the lists. */
    public ReservedRegion {
        reg = List.copyOf(reg);
        allocRanges = List.copyOf(allocRanges);
        compatible = List.copyOf(compatible);
    }

    /** Reads one child of {@code /reserved-memory}. */
    static ReservedRegion of(Node node) {
        return new ReservedRegion(node, node.ranges("reg"), number(node, "size"), number(node, "alignment"),
                node.ranges("alloc-ranges"), node.has("no-map"), node.has("reusable"), node.compatible(),
                node.status(), node.has("linux,cma-default"), node.has("linux,dma-default"));
    }

    /**
     * Both numbers are read at the width they have: the binding gives them the parent's size cells, Linux gives
     * alignment its address cells, and trees follow either.
     */
    private static OptionalLong number(Node node, String name) {
        return node.property(name).map(value -> OptionalLong.of(value.number())).orElse(OptionalLong.empty());
    }

    /** The name of the node with unit address, such as {@code "video@58000000"}. */
    public String name() {
        return node.name();
    }

    /** The full path of the node. */
    public String path() {
        return node.path();
    }

    /** Tells whether the node is to be used. */
    public boolean isEnabled() {
        return node.isEnabled();
    }

    /** Tells whether it has no place of its own, but a size. */
    public boolean isDynamic() {
        return reg.isEmpty() && size.isPresent();
    }

    /** Tells whether it is, or will be, a CMA area: enabled, reusable, and a {@code shared-dma-pool}. */
    public boolean isContiguousArea() {
        return isEnabled() && reusable && !noMap && compatible.contains("shared-dma-pool");
    }
}
