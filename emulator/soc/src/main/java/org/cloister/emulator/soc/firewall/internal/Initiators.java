// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;

/**
 * The initiators of a board. Each has an index, which is its bit in the masks of the firewall table.
 *
 * <p>Immutable.
 */
public final class Initiators {
    /** The most initiators that a board can have: the bits of a mask. */
    public static final int MOST = Long.SIZE;

    private record BusId(int id, boolean secure) {
    }

    private final List<Initiator> all;
    private final Map<String, Integer> indices = new HashMap<>();

    /**
     * Takes the initiators in the order of their indices.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when there are too many, or a name or a number is taken twice
     */
    public Initiators(List<Initiator> all) {
        this.all = List.copyOf(all);
        if (this.all.size() > MOST) {
            throw refused(this.all.size() + " are more than " + MOST, "leave some out");
        }
        Set<BusId> ids = new HashSet<>();
        for (Initiator initiator : this.all) {
            if (indices.putIfAbsent(initiator.name(), indices.size()) != null) {
                throw refused("the name " + initiator + " is taken twice", "give each a name of its own");
            }
            if (!ids.add(new BusId(initiator.id(), initiator.secure()))) {
                throw refused("the id %d of %s is taken by another initiator of its world"
                        .formatted(initiator.id(), initiator), "give each an id of its own");
            }
        }
    }

    /** All, by index. */
    public List<Initiator> all() {
        return all;
    }

    /** The initiator of an index. */
    public Initiator get(int index) {
        return all.get(index);
    }

    /**
     * The index of an initiator.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when it is not one of these
     */
    public int indexOf(Initiator initiator) {
        int index = indexOf(initiator.name());
        if (!all.get(index).equals(initiator)) {
            throw unknown(initiator.name());
        }
        return index;
    }

    /**
     * The index of the initiator of that name.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when there is none
     */
    public int indexOf(String name) {
        Integer index = indices.get(name);
        if (index == null) {
            throw unknown(name);
        }
        return index;
    }

    private HeapException unknown(String name) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "find initiator " + name, "the board",
                "it has only " + String.join(", ", all.stream().map(Initiator::name).toList()),
                "name one of these, or add it to the device tree");
    }

    private static HeapException refused(String why, String remedy) {
        return new HeapException(
                HeapError.INVALID_ARGUMENT, "tell the initiators apart", "the board", why, remedy);
    }
}
