// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.backend.Pool;

/**
 * All heaps at one moment: an immutable snapshot, replaced as a whole.
 *
 * @param byName heaps by every name that finds them
 * @param heaps sorted by name
 */
record Registry(Map<String, ManagedHeap> byName, List<ManagedHeap> heaps) {
    /** A machine without heaps. */
    static final Registry EMPTY = of(List.of());

    private static final String PROTECTED = "protected,";
    private static final String RESTRICTED = "restricted,";

    /** Names win over aliases, and the alias of the heap that sorts first over others. */
    static Registry of(Collection<ManagedHeap> heaps) {
        List<ManagedHeap> sorted = heaps.stream().sorted(Comparator.comparing(ManagedHeap::name)).toList();
        var names = new HashMap<String, ManagedHeap>();
        sorted.forEach(heap -> names.put(heap.name(), heap));
        for (ManagedHeap heap : sorted) {
            if (heap.name().startsWith(PROTECTED)) {
                names.putIfAbsent(RESTRICTED + heap.name().substring(PROTECTED.length()), heap);
            }
            heap.aliases().forEach(alias -> names.putIfAbsent(alias, heap));
        }
        return new Registry(Map.copyOf(names), sorted);
    }

    /** The tenure, serving or draining, whose memory comes from a pool of the candidate's; takes no lock. */
    Optional<Tenure> tenureOf(Candidate candidate, Pool pool) {
        return heaps.stream().flatMap(heap -> heap.tenures().stream())
                .filter(tenure -> tenure.candidate() == candidate && tenure.uses(pool)).findFirst();
    }

    /** The name under which a heap that is not known would be registered. */
    static String canonical(String name) {
        return name.startsWith(RESTRICTED) ? PROTECTED + name.substring(RESTRICTED.length()) : name;
    }
}
