// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.Node;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The memory of the normal world, from the device tree: RAM that is enabled, without what boot firmware took out of it
 * for good. Immutable.
 *
 * @param ranges apart from each other, by address
 */
@ProviderType
public record NormalMemory(List<AddressRange> ranges) {
    /** Copies the list. */
    public NormalMemory {
        ranges = List.copyOf(ranges);
    }

    /** The normal memory of a board. */
    public static NormalMemory of(DeviceTree tree) {
        List<AddressRange> ram = new ArrayList<>();
        tree.root().children()
                .filter(NormalMemory::isMemory)
                .filter(Node::isEnabled)
                .forEach(node -> ram.addAll(node.ranges("reg")));
        List<AddressRange> left = merged(ram);
        for (Node node : tree.find("/reserved-memory").stream().flatMap(Node::children).toList()) {
            if (node.has(BoardProperties.GRANTS) && node.isEnabled()) {
                for (AddressRange taken : node.ranges("reg")) {
                    left = without(left, taken);
                }
            }
        }
        return new NormalMemory(left);
    }

    private static boolean isMemory(Node node) {
        return node.property("device_type").filter(type -> type.string().equals("memory")).isPresent();
    }

    private static List<AddressRange> merged(List<AddressRange> ranges) {
        List<AddressRange> result = new ArrayList<>();
        ranges.stream()
                .filter(range -> !range.isEmpty())
                .sorted(Comparator.comparing(AddressRange::base, Long::compareUnsigned))
                .forEach(range -> {
                    AddressRange last = result.isEmpty() ? range : result.getLast();
                    if (!result.isEmpty() && last.base() + last.size() == range.base()) {
                        result.set(result.size() - 1, new AddressRange(last.base(), last.size() + range.size()));
                    } else {
                        result.add(range);
                    }
                });
        return result;
    }

    private static List<AddressRange> without(List<AddressRange> ranges, AddressRange taken) {
        List<AddressRange> result = new ArrayList<>();
        for (AddressRange range : ranges) {
            if (!range.overlaps(taken)) {
                result.add(range);
                continue;
            }
            long end = range.base() + range.size();
            long takenEnd = taken.base() + taken.size();
            if (range.base() < taken.base()) {
                result.add(new AddressRange(range.base(), taken.base() - range.base()));
            }
            if (takenEnd < end) {
                result.add(new AddressRange(takenEnd, end - takenEnd));
            }
        }
        return result;
    }

    /** These without a range. */
    public NormalMemory without(AddressRange taken) {
        return new NormalMemory(without(ranges, taken));
    }

    /** Tells whether all of a range is in one of these; an empty range is. */
    public boolean contains(long address, long size) {
        return size == 0 || size > 0 && address >= 0 && address <= Long.MAX_VALUE - size
                && ranges.stream().anyMatch(range -> range.contains(new AddressRange(address, size)));
    }
}
