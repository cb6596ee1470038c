// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One check, on one heap or on a backend as a whole.
 *
 * @param check the name, which stays the same: {@code "FreeChecks.aBufferIsFreedOnce"}
 * @param category what the clause is about, such as {@code "double free"}
 * @param backend the id of the backend
 * @param heap the heap's name; empty when the check is about the backend
 * @param clause the clause of the contract
 * @param remedy what to do when it does not hold
 * @param verdict what became of it
 * @param detail what was found, for a failed check, or why it was skipped; else empty
 * @param failure what a failed check threw
 * @param time how long it took
 */
@ProviderType
public record CheckResult(String check, String category, String backend, String heap, String clause, String remedy,
        Verdict verdict, String detail, Optional<Throwable> failure, Duration time) {
    /** Checks the components. */
    public CheckResult {
        Objects.requireNonNull(check, "check");
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(failure, "failure");
    }
}
