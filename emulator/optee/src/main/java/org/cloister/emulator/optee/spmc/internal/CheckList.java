// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.platform.conduit.FfaStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules in the order in which they are checked. Immutable.
 *
 * @param <C> what they look at
 */
final class CheckList<C> {
    private static final Logger LOG = LoggerFactory.getLogger(CheckList.class);

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

    /** The status of the first rule that is broken, or success. */
    FfaStatus judge(C call, Personality personality) {
        for (Check<C> check : checks) {
            if (check.strictOnly() && personality != Personality.STRICT) {
                continue;
            }
            if (!check.holds().test(call)) {
                LOG.debug("{}: {}, as \"{}\" is broken", check.name(), check.status(), check.rule());
                return check.status();
            }
        }
        return FfaStatus.SUCCESS;
    }

    /** The rules. */
    List<Check<C>> checks() {
        return checks;
    }
}
