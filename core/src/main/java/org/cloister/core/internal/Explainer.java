// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.heap.Explanation;
import org.cloister.heap.Explanation.Reason;
import org.cloister.heap.HeapState;

/** Says why a heap is, or is not, there. */
final class Explainer {
    private static final int SIMILAR = 3; // edits between names that are taken for a slip of the pen

    private Explainer() {}

    static Explanation explain(String name, Core core) {
        ManagedHeap heap = core.registry().byName().get(name);
        String canonical = heap != null ? heap.name() : Registry.canonical(name);
        var reasons = new ArrayList<Reason>();
        if (heap != null) {
            String serving = heap.backend();
            heap.draining().forEach(t -> reasons.add(t.record().backend().equals(serving)
                    ? Reasons.former(t) : Reasons.draining(t)));
        }
        List<Reason> standings = core.elections().standings(canonical);
        boolean available = heap != null && heap.state() == HeapState.AVAILABLE;
        reasons.addAll(available ? 0 : reasons.size(), standings);
        if (reasons.isEmpty()) {
            List<String> preferred = core.settings().preferences().get(canonical);
            reasons.add(preferred == null ? Reasons.noBackend(core.elections().knownNames()) : Reasons.noneOf(preferred));
            core.elections().knownNames().stream().filter(known -> distance(known, canonical) <= SIMILAR)
                    .forEach(known -> reasons.add(Reasons.similar(known)));
        }
        if (heap != null) {
            heap.tenures().stream().filter(tenure -> tenure.quarantined() > 0)
                    .forEach(tenure -> reasons.add(Reasons.quarantined(tenure)));
        }
        return new Explanation(name, available, reasons);
    }

    /** The number of characters to insert, delete or replace to make one name of the other (Levenshtein). */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
