// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What administrators decided about heaps, besides the configuration. Immutable.
 *
 * @param chosen by the heap's name, the id of the backend that comes before all others
 * @param drained names of heaps that nobody is to serve
 */
record Decisions(Map<String, String> chosen, Set<String> drained) {
    /** Configuration and ranking decide. */
    static final Decisions NONE = new Decisions(Map.of(), Set.of());

    /** Copies. */
    Decisions {
        chosen = Map.copyOf(chosen);
        drained = Set.copyOf(drained);
    }

    /** Who was chosen for a heap. */
    Optional<String> choice(String heap) {
        return Optional.ofNullable(chosen.get(heap));
    }

    boolean isDrained(String heap) {
        return drained.contains(heap);
    }

    /** The same without anything about a heap. */
    Decisions restore(String heap) {
        Map<String, String> fewer = new HashMap<>(chosen);
        fewer.remove(heap);
        Set<String> others = new HashSet<>(drained);
        others.remove(heap);
        return new Decisions(fewer, others);
    }

    /** The same with a backend chosen for a heap, which is served again if it was drained. */
    Decisions choose(String heap, String backend) {
        Map<String, String> more = new HashMap<>(restore(heap).chosen);
        more.put(heap, backend);
        return new Decisions(more, restore(heap).drained);
    }

    /** The same with a heap that nobody is to serve. */
    Decisions drain(String heap) {
        Set<String> more = new HashSet<>(drained);
        more.add(heap);
        return new Decisions(restore(heap).chosen, more);
    }
}
