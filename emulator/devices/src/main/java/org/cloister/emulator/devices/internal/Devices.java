// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.function.Predicate;
import java.util.stream.Stream;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.Node;

/** How device models find their nodes, and their memory. */
final class Devices {
    /** What their address generators can do. */
    static final DmaLimits LIMITS = new DmaLimits(40, 16, 64, 1L << 30);

    private Devices() {}

    /** The enabled nodes of a board that are compatible with a model. */
    static Stream<Node> nodes(DeviceTree tree, String compatible) {
        return tree.compatibleWith(compatible).filter(Node::isEnabled);
    }

    /** The memory as the device that the node describes sees it. */
    static PhysicalMemory memory(Soc soc, Node node) {
        return soc.memory(initiator(node));
    }

    /** The way to memory of the device that the node describes. */
    static Dma dma(Soc soc, Node node) {
        return new Dma(memory(soc, node), LIMITS);
    }

    /** Tells which memory is restricted for the device that the node describes. */
    static Predicate<MemoryRange> restricted(Soc soc, Node node) {
        Initiator device = soc.initiator(initiator(node));
        return range -> soc.isRestricted(device, range.address(), range.length());
    }

    /** The name of the initiator that the node describes. */
    static String initiator(Node node) {
        return node.property(BoardProperties.INITIATOR)
                .orElseThrow(() -> new HeapException(HeapError.INVALID_ARGUMENT, "put a device on the board",
                        node.path(), "its node does not say which initiator it is",
                        "add the property " + BoardProperties.INITIATOR))
                .string();
    }
}
