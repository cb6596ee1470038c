// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Makes flattened device trees: what boards and tests describe hardware with.
 *
 * <pre>{@code
 * byte[] blob = new DeviceTreeBuilder()
 *         .root(root -> root
 *                 .cells("#address-cells", 2)
 *                 .cells("#size-cells", 2)
 *                 .node("reserved-memory", reserved -> reserved
 *                         .cells("#address-cells", 2)
 *                         .cells("#size-cells", 2)
 *                         .flag("ranges")
 *                         .node("video@58000000", video -> video
 *                                 .reg(new AddressRange(0x5800_0000L, 0x400_0000L))
 *                                 .flag("no-map"))))
 *         .build();
 * }</pre>
 *
 * <p>The same calls give the same bytes. For one thread.
 */
@ProviderType
public final class DeviceTreeBuilder {
    private final NodeBuilder root = new NodeBuilder();
    private final List<AddressRange> reservations = new ArrayList<>();
    private int bootCpu;

    /** Makes a builder of a tree with a root node that is empty. */
    public DeviceTreeBuilder() {
    }

    /**
     * Sets the physical id of the boot CPU; 0 unless set.
     *
     * @param id an unsigned 32-bit value
     * @return this
     */
    public DeviceTreeBuilder bootCpu(long id) {
        bootCpu = NodeBuilder.cell(id);
        return this;
    }

    /**
     * Adds an entry to the memory reservation block.
     *
     * @return this
     * @throws IllegalArgumentException for an empty range at 0, which would end the block
     */
    public DeviceTreeBuilder reserve(AddressRange range) {
        if (range.base() == 0 && range.isEmpty()) {
            throw new IllegalArgumentException("an empty reservation at 0 would end the reservation block");
        }
        reservations.add(range);
        return this;
    }

    /**
     * Adds to the root node.
     *
     * @param content what to do with the builder of the root
     * @return this
     */
    public DeviceTreeBuilder root(Consumer<NodeBuilder> content) {
        content.accept(root);
        return this;
    }

    /** The flattened tree, of format version 17. */
    public byte[] build() {
        return FdtWriter.write(bootCpu, reservations, root);
    }
}
