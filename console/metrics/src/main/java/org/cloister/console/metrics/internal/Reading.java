// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.cloister.admin.BufferReport;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.QuotaReport;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.Heaps;

/**
 * How things stood at one moment. Immutable.
 *
 * @param heaps each heap by its name
 * @param bundles what each bundle holds, by its symbolic name
 * @param quotas as configured
 */
record Reading(Map<String, HeapReading> heaps, Map<String, Held> bundles, List<QuotaReport> quotas) {
    /** Before anything was read. */
    static final Reading NONE = new Reading(Map.of(), Map.of(), List.of());

    /**
     * A heap.
     *
     * @param state whether it serves
     * @param backend who serves it, or an empty string
     * @param usage empty when its backend does not tell
     */
    record HeapReading(HeapState state, String backend, Optional<HeapUsage> usage) {
        private static HeapReading of(Heap heap) {
            Optional<HeapUsage> usage;
            try {
                usage = Optional.of(heap.usage());
            } catch (HeapException silent) {
                usage = Optional.empty();
            }
            return new HeapReading(heap.state(), heap.backend(), usage);
        }
    }

    /**
     * Live buffers that a bundle allocated.
     *
     * @param buffers how many
     * @param bytes of all of them
     */
    record Held(long buffers, long bytes) {
        private Held plus(Held other) {
            return new Held(buffers + other.buffers, bytes + other.bytes);
        }
    }

    /** Reads now; bundles that have no label of their own are added up. */
    static Reading take(Heaps heaps, HeapAdmin admin, Labels bundles) {
        Map<String, HeapReading> byName = new TreeMap<>();
        heaps.list().forEach(heap -> byName.put(heap.name(), HeapReading.of(heap)));
        Map<String, Held> byBundle = new TreeMap<>();
        for (BufferReport buffer : admin.buffers()) {
            byBundle.merge(bundles.of(buffer.payer()), new Held(1, buffer.size()), Held::plus);
        }
        return new Reading(byName, byBundle, List.copyOf(admin.quotas()));
    }
}
