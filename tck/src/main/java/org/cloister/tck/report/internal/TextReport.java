// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.report.internal;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.cloister.tck.CheckResult;
import org.cloister.tck.ContractReport;
import org.cloister.tck.Verdict;

/** What a person reads: the failures first told, each once, with what to do; then what was not looked at. */
public final class TextReport {
    private final PrintWriter out;

    /** Prints to {@code out}. */
    public TextReport(PrintWriter out) {
        this.out = out;
    }

    /** Prints a report. */
    public void print(ContractReport report) {
        out.printf("%s on %s%n", report.bundle(), report.environment());
        report.subjects().forEach(line -> out.println("  " + line));
        Map<String, List<CheckResult>> failures = report.failures().stream()
                .collect(Collectors.groupingBy(CheckResult::check, LinkedHashMap::new, Collectors.toList()));
        failures.values().forEach(this::failure);
        Map<String, Long> skipped = report.results().stream().filter(result -> result.verdict() == Verdict.SKIPPED)
                .collect(Collectors.groupingBy(CheckResult::detail, TreeMap::new, Collectors.counting()));
        if (!skipped.isEmpty()) {
            out.println();
            out.println("Not looked at");
            skipped.forEach((why, count) -> out.printf("  %3d  %s%n", count, why));
        }
        out.println();
        out.printf("%d clauses, %d checks: %d passed, %d refused as documented, %d skipped, %d failed%n",
                report.clauses(), report.results().size(), report.count(Verdict.PASSED), report.count(Verdict.REFUSED),
                report.count(Verdict.SKIPPED), report.failures().size());
        out.println(report.holds() ? "The contract is met, as far as it was looked at."
                : "The contract is not met.");
    }

    private void failure(List<CheckResult> results) {
        CheckResult first = results.getFirst();
        out.println();
        out.printf("FAILED   %s: %s%n", first.category(), first.clause());
        for (CheckResult result : results) {
            out.printf("  found  %s%s%n", result.heap().isEmpty() ? "" : result.heap() + ": ",
                    result.detail().replaceAll("\\s*[\\r\\n]+\\s*", " "));
        }
        out.printf("  to do  %s%n", first.remedy());
        out.printf("  check  %s%n", first.check());
    }
}
