// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tmz.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.device.MemoryEncryption;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.Property;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypted memory that the device tree calls a heap.
 *
 * @param node the path of its node
 * @param range where it is
 * @param offer what core is told; a refusal when the unit does not encrypt it
 */
record EncryptedArea(String node, AddressRange range, PoolOffer offer) {
    private static final Logger LOG = LoggerFactory.getLogger(EncryptedArea.class);

    /** All areas of the unit's node. What has no name or no use case cannot be offered, and is reported in the log. */
    static List<EncryptedArea> read(DeviceTree tree, MemoryEncryption unit) {
        List<EncryptedArea> areas = new ArrayList<>();
        List<Node> nodes = tree.find("/firmware").stream().flatMap(Node::children)
                .filter(node -> node.isEnabled() && node.compatible().contains(MemoryEncryption.COMPATIBLE))
                .flatMap(Node::children).toList();
        for (Node node : nodes) {
            try {
                EncryptedArea area = read(node, unit);
                if (areas.stream().anyMatch(other -> other.offer.heap().equals(area.offer.heap()))) {
                    LOG.warn("{} is not served: another node has the heap name {}", node.path(), area.offer.heap());
                } else {
                    areas.add(area);
                }
            } catch (MalformedDeviceTree | HeapException e) {
                LOG.warn("{} is not served: {}", node.path(), e.getMessage());
            }
        }
        return List.copyOf(areas);
    }

    private static EncryptedArea read(Node node, MemoryEncryption unit) {
        UseCase useCase = useCase(node);
        String heap = node.property(HeapProperties.HEAP_NAME).map(Property::string)
                .orElse("encrypted," + useCase.name());
        List<AddressRange> ranges = node.property(MemoryEncryption.MEMORY).map(memory -> memory.ranges(2, 2))
                .orElse(List.of());
        if (ranges.size() != 1) {
            throw refused(node, MemoryEncryption.MEMORY + " is not one range");
        }
        AddressRange range = ranges.getFirst();
        PoolOffer offer = unit.encrypts(range.base(), range.size()) ? PoolOffer.serve(heap, useCase)
                : PoolOffer.refuse(heap, useCase, "the unit does not encrypt %s of %s".formatted(range, node.path()),
                        "compare the device tree with what firmware has set up");
        return new EncryptedArea(node.path(), range, offer);
    }

    private static UseCase useCase(Node node) {
        String name = node.property(HeapProperties.USE_CASE).map(Property::string).orElse("");
        Optional<UseCase> standard = UseCase.standard(name).filter(found -> !found.equals(UseCase.NONE));
        long id = node.property(HeapProperties.USE_CASE_ID).map(Property::u32).orElse(0L);
        if (standard.isEmpty() && (id < UseCase.FIRST_VENDOR_ID || id > Integer.MAX_VALUE)) {
            throw refused(node, "use case \"%s\" is none of mainline Linux's, and %s is no vendor's id: %d"
                    .formatted(name, HeapProperties.USE_CASE_ID, id));
        }
        return standard.orElseGet(() -> new UseCase((int) id, name));
    }

    private static HeapException refused(Node node, String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "serve a heap", node.path(), why,
                "correct the device tree");
    }
}
