// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * All that a run of the suite found.
 *
 * @param bundle the symbolic name and version of the bundle that was tested
 * @param environment what it ran on, such as the framework and its version
 * @param subjects what was tested, a line for each heap; and what could not be, with the reason
 * @param results all checks, in the order in which they ran
 */
@ProviderType
public record ContractReport(String bundle, String environment, List<String> subjects, List<CheckResult> results) {
    /** Copies the lists. */
    public ContractReport {
        subjects = List.copyOf(subjects);
        results = List.copyOf(results);
    }

    /**
     * Counts.
     *
     * @param verdict of which kind
     * @return how many checks ended so
     */
    public long count(Verdict verdict) {
        return results.stream().filter(result -> result.verdict() == verdict).count();
    }

    /** {@return the checks that failed} */
    public List<CheckResult> failures() {
        return results.stream().filter(result -> result.verdict() == Verdict.FAILED).toList();
    }

    /** {@return whether the contract is met as far as it was looked at} */
    public boolean holds() {
        return failures().isEmpty() && count(Verdict.PASSED) > 0;
    }

    /** {@return how many different clauses were looked at} */
    public long clauses() {
        return results.stream().filter(result -> result.verdict() != Verdict.SKIPPED).map(CheckResult::check).distinct()
                .count();
    }
}
