// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rules in the order in which they are checked. Immutable.
 *
 * @param <C> what they look at
 */
final class CheckList<C> {
    private final List<Check<C>> checks;

    private CheckList(List<Check<C>> checks) {
        this.checks = checks;
    }

    @SafeVarargs
    static <C> CheckList<C> of(Check<C>... checks) {
        List<Check<C>> list = new ArrayList<>(checks.length);
        for (Check<C> check : checks) {
            list.add(check);
        }
        return new CheckList<>(List.copyOf(list));
    }

    /** The first rule that is broken. */
    Optional<Check<C>> firstBroken(C call, Personality personality) {
        for (Check<C> check : checks) {
            boolean counts = !check.strictOnly() || personality == Personality.STRICT;
            if (counts && !check.holds().test(call)) {
                return Optional.of(check);
            }
        }
        return Optional.empty();
    }

    /** The rules. */
    List<Check<C>> checks() {
        return checks;
    }
}
