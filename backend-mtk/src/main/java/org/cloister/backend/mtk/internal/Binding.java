// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.GrantList;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.InitiatorProperties;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.ReservedMemory;

/**
 * What the device tree tells of MediaTek's restricted memory; the package description lists the properties. Immutable.
 *
 * @param carveOut the memory that is protected at boot, if the tree tells of some
 * @param carveOutGrants who may use it, as far as is known
 * @param area the full name of the node of the contiguous memory, if there is some
 * @param areaGrants who may use it once it is handed over, as far as is known
 * @param devices the ids that accesses of the normal world's devices carry, by their names
 */
record Binding(Optional<AddressRange> carveOut, Optional<Map<String, Access>> carveOutGrants, Optional<String> area,
        Optional<Map<String, Access>> areaGrants, Map<String, Integer> devices) {
    static final String CARVE_OUT = "mediatek,restricted-region";
    static final String AREA = "mediatek,dynamic-restricted-region";
    static final String OLD_AREA = "mediatek,secure_cma_chunkmem";

    /**
     * Reads a tree.
     *
     * @return empty when it tells of no such memory
     * @throws HeapException {@code INVALID_ARGUMENT} when a property does not have its shape
     */
    static Optional<Binding> read(DeviceTree tree) {
        try {
            Optional<Node> carveOut = find(tree, CARVE_OUT);
            Optional<Node> area = find(tree, AREA).or(() -> find(tree, OLD_AREA));
            if (carveOut.isEmpty() && area.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new Binding(carveOut.map(Binding::range), carveOut.flatMap(Binding::grants),
                    area.map(Node::name), useCase(tree).flatMap(Binding::grants), InitiatorProperties.devices(tree)));
        } catch (MalformedDeviceTree e) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "look for MediaTek's restricted memory",
                    "the device tree", e.getMessage(), "correct the device tree", e);
        }
    }

    private static Optional<Node> find(DeviceTree tree, String compatible) {
        return tree.find(ReservedMemory.PATH).stream().flatMap(Node::children)
                .filter(Node::isEnabled).filter(node -> node.compatible().contains(compatible)).findFirst();
    }

    private static AddressRange range(Node node) {
        List<AddressRange> ranges = node.ranges("reg");
        if (ranges.size() != 1 || ranges.getFirst().isEmpty()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "look for MediaTek's restricted memory", node.path(),
                    "its reg is not one range", "correct the device tree");
        }
        return ranges.getFirst();
    }

    /** The firmware's node of the use case, which says whom handed-over memory is granted. */
    private static Optional<Node> useCase(DeviceTree tree) {
        return tree.find("/firmware").stream().flatMap(Node::children).filter(Node::isEnabled)
                .flatMap(Node::children)
                .filter(node -> node.property(HeapProperties.USE_CASE_ID)
                        .filter(id -> id.u32() == UseCase.SECURE_VIDEO.id()).isPresent())
                .findFirst();
    }

    private static Optional<Map<String, Access>> grants(Node node) {
        return node.property(HeapProperties.GRANTS).map(GrantList::restricted);
    }
}
