// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.report.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.cloister.tck.CheckResult;
import org.cloister.tck.ContractReport;
import org.cloister.tck.Verdict;

/** What a person keeps: one page that needs nothing else. Stateless. */
public final class HtmlReport {
    private static final String STYLE = """
            body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
            table{border-collapse:collapse;width:100%}td,th{padding:.2rem .6rem;text-align:left;border-bottom:1px solid #ddd;\
            vertical-align:top}
            .failed{color:#a00}.skipped{color:#777}.refused{color:#06c}.passed{color:#070}
            section{margin:1.5rem 0}code{font-size:.9em}""";

    private HtmlReport() {}

    /** {@return the report as an HTML page} */
    public static String of(ContractReport report) {
        StringBuilder page = new StringBuilder(1 << 16);
        page.append("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>TCK: ").append(text(report.bundle()))
                .append("</title>\n<style>").append(STYLE).append("</style>\n<h1>").append(text(report.bundle()))
                .append("</h1>\n<p>").append(text(report.environment())).append("</p>\n<ul>");
        report.subjects().forEach(line -> page.append("<li>").append(text(line)).append("</li>\n"));
        page.append("</ul>\n<p><b class=\"%s\">%s</b> %d clauses: %d passed, %d refused as documented, %d skipped, %d failed."
                .formatted(report.holds() ? "passed" : "failed",
                        report.holds() ? "The contract is met." : "The contract is not met.", report.clauses(),
                        report.count(Verdict.PASSED), report.count(Verdict.REFUSED), report.count(Verdict.SKIPPED),
                        report.failures().size())).append("</p>\n");
        report.failures().forEach(failure -> page.append("<section><h3 class=\"failed\">").append(text(failure.clause()))
                .append("</h3><p>").append(text(failure.heap())).append(' ').append(text(failure.detail()))
                .append("</p><p><b>To do:</b> ").append(text(failure.remedy())).append("</p><p><code>")
                .append(text(failure.check())).append("</code></p></section>\n"));
        Map<String, List<CheckResult>> categories = report.results().stream()
                .collect(Collectors.groupingBy(CheckResult::category, LinkedHashMap::new, Collectors.toList()));
        categories.forEach((category, results) -> {
            page.append("<section><h2>").append(text(category)).append("</h2>\n<table>");
            results.forEach(result -> row(page, result));
            page.append("</table></section>\n");
        });
        return page.append("</html>\n").toString();
    }

    private static void row(StringBuilder page, CheckResult result) {
        String verdict = result.verdict().name().toLowerCase(Locale.ROOT);
        page.append("<tr class=\"").append(verdict).append("\"><td>").append(verdict).append("</td><td>")
                .append(text(result.heap())).append("</td><td>").append(text(result.clause())).append("</td><td>")
                .append(result.verdict() == Verdict.SKIPPED ? text(result.detail()) : "").append("</td></tr>\n");
    }

    private static String text(String raw) {
        return raw.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
