// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import org.cloister.heap.Explanation;
import org.cloister.heap.Heaps;

/**
 * Says why heaps are, or are not, there.
 *
 * @param heaps who knows
 */
record Explainer(Heaps heaps) {
    /**
     * Asks.
     *
     * @throws IllegalArgumentException without a name; a console may have no class of ours to show another error
     */
    String[] explain(String name) {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("which heap to explain is not said; give a name, such as"
                    + " protected,secure-video");
        }
        return heaps.explain(name).reasons().stream().map(Explanation.Reason::text).toArray(String[]::new);
    }
}
