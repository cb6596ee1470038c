// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import java.util.function.Predicate;
import org.cloister.platform.conduit.FfaStatus;

/**
 * A rule that a call must keep.
 *
 * @param <C> what it looks at
 * @param name by which logs and tests know it
 * @param status what the caller gets who breaks it
 * @param strictOnly whether only {@link Personality#STRICT} insists on it
 * @param rule what it demands, as a sentence without a full stop
 * @param holds tells whether the rule is kept
 */
record Check<C>(String name, FfaStatus status, boolean strictOnly, String rule, Predicate<C> holds) {
    /** A rule that every personality insists on. */
    static <C> Check<C> always(String name, FfaStatus status, String rule, Predicate<C> holds) {
        return new Check<>(name, status, false, rule, holds);
    }

    /** A rule of FF-A that OP-TEE is lax about; breaking it is {@code INVALID_PARAMETERS}. */
    static <C> Check<C> strict(String name, String rule, Predicate<C> holds) {
        return new Check<>(name, FfaStatus.INVALID_PARAMETERS, true, rule, holds);
    }
}
