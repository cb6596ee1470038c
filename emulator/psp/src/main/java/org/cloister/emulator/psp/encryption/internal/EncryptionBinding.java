// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.encryption.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.MemoryEncryption;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.Property;

/**
 * What the device tree says of the memory-encryption unit, beside what is in {@link MemoryEncryption}:
 *
 * <pre>{@code
 * memory-encryption {
 *     cloister,firmware = "memory-encryption";
 *     cloister,engines = "video-decoder", "display";    // who has the key, beside the copy engine
 *     cloister,copy-engine = "copy-engine";             // who copies into encrypted memory
 * };
 * }</pre>
 *
 * @param engines who has the key, the copy engine too
 * @param copyEngine who copies into encrypted memory
 * @param areas what is encrypted
 */
public record EncryptionBinding(Set<String> engines, String copyEngine, List<Area> areas) {
    /** Of the unit's node: the names of the initiators that have the key. */
    public static final String ENGINES = "cloister,engines";
    /** Of the unit's node: the name of the initiator that copies. */
    public static final String COPY_ENGINE = "cloister,copy-engine";

    /**
     * A piece of encrypted memory with a key of its own.
     *
     * @param name the path of its node
     * @param range where it is
     */
    public record Area(String name, AddressRange range) {}

    /** Copies the collections. */
    public EncryptionBinding {
        engines = Set.copyOf(engines);
        areas = List.copyOf(areas);
    }

    /**
     * Reads the tree of a board.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when it says nothing of the unit, or what cannot be
     */
    public static EncryptionBinding read(Soc soc) {
        Node node = soc.deviceTree().find("/firmware").stream().flatMap(Node::children)
                .filter(child -> child.isEnabled() && child.compatible().contains(MemoryEncryption.COMPATIBLE))
                .findFirst()
                .orElseThrow(() -> wrong(soc, "/firmware", "no node is a memory-encryption unit"));
        try {
            String copyEngine = strings(soc, node, COPY_ENGINE).getFirst();
            Set<String> engines = new HashSet<>(strings(soc, node, ENGINES));
            engines.add(copyEngine);
            List<Area> areas = new ArrayList<>();
            for (Node child : node.children().toList()) {
                areas.add(area(soc, child));
            }
            return new EncryptionBinding(engines, copyEngine, areas);
        } catch (MalformedDeviceTree e) {
            throw wrong(soc, node.path(), e.getMessage());
        }
    }

    private static Area area(Soc soc, Node child) {
        List<AddressRange> ranges = child.property(MemoryEncryption.MEMORY)
                .map(property -> property.ranges(2, 2)).orElse(List.of());
        if (ranges.size() != 1 || ranges.getFirst().isEmpty()
                || (ranges.getFirst().base() | ranges.getFirst().size()) % 4096 != 0) {
            throw wrong(soc, child.path(), MemoryEncryption.MEMORY + " is not one range of whole pages");
        }
        return new Area(child.path(), ranges.getFirst());
    }

    private static List<String> strings(Soc soc, Node node, String name) {
        List<String> names = node.property(name).map(Property::strings).orElse(List.of());
        if (names.isEmpty()) {
            throw wrong(soc, node.path(), name + " is missing");
        }
        names.forEach(soc::initiator);
        return names;
    }

    private static HeapException wrong(Soc soc, String path, String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "set memory encryption up on board " + soc.board(), path,
                why, "correct the device tree");
    }
}
