// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.report.internal;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.spi.JsonProvider;
import org.cloister.tck.ContractReport;
import org.cloister.tck.Verdict;

/** What a program reads: one object. Stateless. */
public final class JsonReport {
    private JsonReport() {}

    /** {@return the report as a JSON object of one line} */
    public static String of(ContractReport report) {
        JsonProvider json = JsonProvider.provider();
        JsonArrayBuilder failures = json.createArrayBuilder();
        report.failures().forEach(failure -> failures.add(json.createObjectBuilder()
                .add("check", failure.check())
                .add("category", failure.category())
                .add("backend", failure.backend())
                .add("heap", failure.heap())
                .add("clause", failure.clause())
                .add("found", failure.detail())
                .add("remedy", failure.remedy())));
        return json.createObjectBuilder()
                .add("bundle", report.bundle())
                .add("environment", report.environment())
                .add("clauses", report.clauses())
                .add("checks", report.results().size())
                .add("passed", report.count(Verdict.PASSED))
                .add("failed", report.failures().size())
                .add("refused", report.count(Verdict.REFUSED))
                .add("skipped", report.count(Verdict.SKIPPED))
                .add("failures", failures)
                .build().toString();
    }
}
