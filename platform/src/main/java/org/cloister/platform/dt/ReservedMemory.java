// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a device tree keeps from general use: the children of {@code /reserved-memory} and the memory reservation block.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param regions the children of {@code /reserved-memory} in the order of the blob, disabled ones too
 * @param reservations the memory reservation block in its order
 */
@ProviderType
public record ReservedMemory(List<ReservedRegion> regions, List<AddressRange> reservations) {
    /** The path of the parent of all regions. */
    public static final String PATH = "/reserved-memory";

    /** Copies the lists. */
    public ReservedMemory {
        regions = List.copyOf(regions);
        reservations = List.copyOf(reservations);
    }

    /**
     * Reads the view.
     *
     * @throws MalformedDeviceTree when a property of a region does not have its shape
     */
    public static ReservedMemory of(DeviceTree tree) {
        List<ReservedRegion> regions =
                tree.find(PATH).stream().flatMap(Node::children).map(ReservedRegion::of).toList();
        return new ReservedMemory(regions, tree.reservations());
    }

    /**
     * Finds a region by the full name of its node, such as {@code "video@58000000"}, or by that name without unit
     * address if no region has exactly that name.
     */
    public Optional<ReservedRegion> region(String name) {
        return regions.stream().filter(region -> region.name().equals(name)).findFirst()
                .or(() -> regions.stream().filter(region -> region.node().baseName().equals(name)).findFirst());
    }

    /**
     * The regions that a device refers to by its property {@code memory-region}, in that order; empty when it has none.
     *
     * @throws MalformedDeviceTree when the property is no list of cells, or a cell is no phandle of a region
     */
    public List<ReservedRegion> regionsOf(Node device) {
        Optional<Property> references = device.property("memory-region");
        List<ReservedRegion> found = new ArrayList<>();
        references.ifPresent(property -> {
            for (int i = 0; i < property.cellCount(); i++) {
                long phandle = property.cell(i);
                found.add(regions.stream().filter(region -> region.node().phandle().equals(OptionalLong.of(phandle)))
                        .findFirst()
                        .orElseThrow(() -> property.malformed("refers to 0x%x, which is no reserved region"
                                .formatted(phandle))));
            }
        });
        return List.copyOf(found);
    }

    /**
     * The region that a device refers to under a name of its property {@code memory-region-names}.
     *
     * @throws MalformedDeviceTree when its references are malformed, or there are fewer than names
     */
    public Optional<ReservedRegion> regionOf(Node device, String name) {
        Optional<Property> names = device.property("memory-region-names");
        int index = names.map(property -> property.strings().indexOf(name)).orElse(-1);
        if (index < 0) {
            return Optional.empty();
        }
        List<ReservedRegion> referred = regionsOf(device);
        if (index >= referred.size()) {
            throw names.orElseThrow().malformed("names \"%s\", but there are %d regions"
                    .formatted(name, referred.size()));
        }
        return Optional.of(referred.get(index));
    }
}
