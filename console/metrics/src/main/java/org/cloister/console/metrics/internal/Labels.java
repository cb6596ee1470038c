// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import java.util.HashSet;
import java.util.Set;

/** Keeps the values of one label to a number: the first ones are told apart. Safe for use by any thread. */
final class Labels {
    /** What all others are together. */
    static final String OTHER = "other";

    private final int most;
    private final Set<String> known = new HashSet<>(); // guarded by this

    /** @param most how many are told apart */
    Labels(int most) {
        this.most = most;
    }

    /** The value to use for a name: always the same for the same name. */
    synchronized String of(String name) {
        return known.contains(name) || known.size() < most && known.add(name) ? name : OTHER;
    }
}
