// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.report.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.cloister.tck.CheckResult;
import org.cloister.tck.ContractReport;
import org.cloister.tck.Verdict;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class ReportsTest {
    private static final ContractReport REPORT = report(result("A.passed", Verdict.PASSED, ""),
            result("A.refused", Verdict.REFUSED, ""), result("A.skipped", Verdict.SKIPPED, "nobody looks"),
            result("B.failed", Verdict.FAILED, "found <1> & \"2\"\nand \u0001"));

    private static ContractReport report(CheckResult... results) {
        return new ContractReport("org.acme 1.0.0", "a framework", List.of("acme,scratch by acme"), List.of(results));
    }

    private static CheckResult result(String check, Verdict verdict, String detail) {
        return new CheckResult(check, "things", "acme", "acme,scratch", "A thing is so.", "Make it so.", verdict, detail,
                verdict == Verdict.FAILED ? Optional.of(new AssertionError(detail)) : Optional.empty(),
                Duration.ofMillis(5));
    }

    @Test
    void xmlIsWellFormedWhateverWasFound() throws Exception {
        Element suite = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(XmlReport.of(REPORT)))).getDocumentElement();
        assertThat(suite.getAttribute("tests")).isEqualTo("4");
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        assertThat(suite.getAttribute("skipped")).isEqualTo("1");
        assertThat(suite.getElementsByTagName("failure").item(0).getTextContent()).contains("Make it so.");
    }

    @Test
    void htmlEscapesWhatWasFound() {
        assertThat(HtmlReport.of(REPORT)).contains("found &lt;1&gt; &amp; &quot;2&quot;").contains("Make it so.")
                .contains("The contract is not met.").doesNotContain("<1>");
    }

    @Test
    void jsonHasTheKeysThatStay() {
        assertThat(JsonReport.of(REPORT)).contains("\"checks\":4", "\"passed\":1", "\"failed\":1", "\"refused\":1",
                "\"failures\":[{").doesNotContain("\n");
    }

    @Test
    void textTellsEachFailureOnceAndWhatToDo() {
        StringWriter text = new StringWriter();
        new TextReport(new PrintWriter(text, true)).print(report(result("B.failed", Verdict.FAILED, "this"),
                result("B.failed", Verdict.FAILED, "that"), result("A.skipped", Verdict.SKIPPED, "nobody looks")));
        assertThat(text.toString()).containsOnlyOnce("to do  Make it so.").contains("this").contains("that")
                .contains("1  nobody looks").contains("2 failed");
    }

    @Test
    void nothingButSkippedChecksMeetNoContract() {
        assertThat(report(result("A.skipped", Verdict.SKIPPED, "nobody looks")).holds()).isFalse();
        assertThat(report(result("A.passed", Verdict.PASSED, "")).holds()).isTrue();
        assertThat(REPORT.holds()).isFalse();
    }
}
