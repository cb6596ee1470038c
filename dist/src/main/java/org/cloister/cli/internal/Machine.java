// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.util.stream.Collectors;
import org.cloister.console.report.Text;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heaps;

/** What the backend for the machine at hand has to say. Its answer on this heap is there once core has asked it. */
final class Machine {
    private static final String BACKEND = "linux";
    private static final String HEAP = "system";

    private Machine() {
    }

    /** Whether core has asked the backend what there is. */
    static boolean isSeen(Heaps heaps) {
        Explanation explanation = heaps.explain(HEAP);
        return explanation.available() || explanation.reasons().stream().anyMatch(reason ->
                reason.backend().equals(BACKEND) && reason.kind() != Explanation.Kind.SERVED);
    }

    /** Why there is no heap on this machine. */
    static String lack(Heaps heaps) {
        return "there is no heap on this machine: " + heaps.explain(HEAP).reasons().stream()
                .map(Explanation.Reason::text).map(Text::oneLine).collect(Collectors.joining("; "));
    }
}
