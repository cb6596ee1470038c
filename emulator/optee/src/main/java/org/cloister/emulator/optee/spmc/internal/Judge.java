// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import java.util.Optional;
import org.cloister.platform.conduit.FfaStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies rules with one personality, and remembers which was broken last, for those who want to know why they were
 * refused. Safe for use by any thread.
 */
public final class Judge {
    private static final Logger LOG = LoggerFactory.getLogger(Judge.class);

    private final Personality personality;
    private volatile String lastBroken = "";

    Judge(Personality personality) {
        this.personality = personality;
    }

    /** The status of the first rule that is broken, or success. */
    <C> FfaStatus judge(CheckList<C> checks, C call) {
        Optional<Check<C>> broken = checks.firstBroken(call, personality);
        if (broken.isEmpty()) {
            return FfaStatus.SUCCESS;
        }
        Check<C> check = broken.get();
        lastBroken = check.name();
        LOG.debug("{}: {}, as this is not so: {}", check.name(), check.status(), check.rule());
        return check.status();
    }

    /** The name of the rule that was broken last; empty when none was yet. */
    public String lastBroken() {
        return lastBroken;
    }
}
