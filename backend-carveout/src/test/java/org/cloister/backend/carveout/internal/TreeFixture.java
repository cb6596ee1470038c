// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.util.function.Consumer;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.DeviceTreeBuilder;
import org.cloister.platform.dt.NodeBuilder;

/** Makes device trees with reserved memory. */
final class TreeFixture {
    static final String NODE = "/reserved-memory/video@90000000";
    static final long BASE = 0x9000_0000L;
    static final long SIZE = 0x200_0000L;

    private final DeviceTreeBuilder tree = new DeviceTreeBuilder();

    TreeFixture() {
        tree.root(root -> root.cells("#address-cells", 2).cells("#size-cells", 2));
    }

    /** Adds a child of {@code /reserved-memory}. */
    TreeFixture node(String name, Consumer<NodeBuilder> content) {
        tree.root(root -> root.node("reserved-memory", reserved -> reserved
                .cells("#address-cells", 2).cells("#size-cells", 2).flag("ranges").node(name, content)));
        return this;
    }

    /** Adds {@link #NODE}, complete and right, but for what {@code change} does to it. */
    TreeFixture video(Consumer<NodeBuilder> change) {
        return node("video@90000000", node -> change.accept(right(node, BASE, SIZE)));
    }

    /** Makes a node a carve-out for secure video. */
    static NodeBuilder right(NodeBuilder node, long base, long size) {
        return node.reg(new AddressRange(base, size)).flag("no-map")
                .strings("cloister,heap-name", "protected,secure-video").strings("cloister,use-case", "secure-video")
                .strings("cloister,grants", "cpu:w", "video-decoder:rw", "display:r");
    }

    DeviceTree build() {
        return DeviceTree.read(tree.build());
    }
}
