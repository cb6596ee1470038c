// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.util.List;
import java.util.Optional;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.ReservedMemory;
import org.cloister.platform.dt.ReservedRegion;

/**
 * Checks whether a reserved-memory node can serve the heap that somebody declares it to be. Immutable and safe for use
 * by any thread.
 */
final class Inspector {
    private final DeviceTree tree;
    private final List<ReservedRegion> regions;
    private final Optional<String> damage;

    private Inspector(DeviceTree tree, List<ReservedRegion> regions, Optional<String> damage) {
        this.tree = tree;
        this.regions = regions;
        this.damage = damage;
    }

    /** An inspector of the reserved memory of {@code tree}; where that is damaged, it passes nothing. */
    static Inspector of(DeviceTree tree) {
        try {
            return new Inspector(tree, tree.reservedMemory().regions(), Optional.empty());
        } catch (MalformedDeviceTree e) {
            return new Inspector(tree, List.of(), Optional.of(e.getMessage()));
        }
    }

    /**
     * Checks a declaration.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} with the reason why it cannot be served
     */
    CarveOut inspect(Declaration declaration, String heap, UseCase useCase) {
        damage.ifPresent(what -> {
            throw declaration.refused("the device tree is damaged: " + what, "correct the device tree");
        });
        ReservedRegion region = region(declaration);
        if (!region.isEnabled()) {
            throw declaration.refused("its status is \"" + region.status() + "\"",
                    "enable the node, or take the heap out");
        }
        if (region.reusable()) {
            throw declaration.refused("it is reusable: the operating system puts data of its own there",
                    "use a node with no-map");
        }
        return new CarveOut(region.path(), place(declaration, region), heap, useCase, Grants.read(declaration));
    }

    private ReservedRegion region(Declaration declaration) {
        String path = tree.find(declaration.node()).map(Node::path).orElse(declaration.node());
        return regions.stream().filter(region -> region.path().equals(path)).findFirst()
                .orElseThrow(() -> declaration.refused("there is no such node below " + ReservedMemory.PATH,
                        "give the full path of one, as ./cloister dt lists them"));
    }

    private AddressRange place(Declaration declaration, ReservedRegion region) {
        if (region.isDynamic()) {
            throw declaration.refused("it has a size and no place: boot firmware cannot have protected it",
                    "give the node a reg");
        }
        List<AddressRange> reg = region.reg();
        if (reg.size() != 1) {
            throw declaration.refused("its reg has " + reg.size() + " ranges", "give it exactly one");
        }
        AddressRange range = reg.getFirst();
        if (range.isEmpty()) {
            throw declaration.refused("its size is 0", "let the boot loader fill the size in, or correct the reg");
        }
        if (range.base() < 0 || range.size() < 0 || range.base() > Long.MAX_VALUE - range.size()) {
            throw declaration.refused(range + " goes beyond 63 bits", "correct the reg");
        }
        if (((range.base() | range.size()) & CarveOut.PAGE - 1) != 0) {
            throw declaration.refused(range + " is not made of whole pages, and the rest of a page would be shared",
                    "align base and size to 4 KiB");
        }
        for (ReservedRegion other : regions) {
            if (!other.node().equals(region.node()) && other.isEnabled()
                    && other.reg().stream().anyMatch(range::overlaps)) {
                throw declaration.refused(range + " overlaps " + other.path(), "separate the two");
            }
        }
        return range;
    }
}
