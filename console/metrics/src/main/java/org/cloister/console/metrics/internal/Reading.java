// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cloister.admin.BufferReport;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.QuotaReport;
import org.cloister.console.report.HeapReading;
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
