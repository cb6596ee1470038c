// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.report.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.cloister.tck.CheckResult;
import org.cloister.tck.ContractReport;
import org.cloister.tck.Verdict;

/** What CI servers read: the XML format of JUnit's reports. Stateless. */
public final class XmlReport {
    private XmlReport() {}

    /** {@return the report as an XML document} */
    public static String of(ContractReport report) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "Cloister TCK: " + report.bundle());
            xml.writeAttribute("tests", Integer.toString(report.results().size()));
            xml.writeAttribute("failures", Integer.toString(report.failures().size()));
            xml.writeAttribute("errors", "0");
            xml.writeAttribute("skipped", Long.toString(report.count(Verdict.SKIPPED)));
            xml.writeAttribute("time", seconds(report.results().stream().mapToLong(one -> one.time().toNanos()).sum()));
            for (CheckResult result : report.results()) {
                write(xml, result);
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text.append('\n').toString();
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / 1e9);
    }

    private static void write(XMLStreamWriter xml, CheckResult result) throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", result.check().replaceAll("\\..*", ""));
        xml.writeAttribute("name", result.check().replaceAll(".*\\.", "")
                + (result.heap().isEmpty() ? "" : " [" + result.heap() + "]"));
        xml.writeAttribute("time", seconds(result.time().toNanos()));
        switch (result.verdict()) {
            case FAILED -> {
                xml.writeStartElement("failure");
                xml.writeAttribute("message", legal(result.detail()));
                xml.writeCharacters(legal("%s%nTo do: %s%n%s".formatted(result.clause(), result.remedy(),
                        result.failure().flatMap(XmlReport::trace).orElse(""))));
                xml.writeEndElement();
            }
            case SKIPPED -> {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", legal(result.detail()));
            }
            case REFUSED -> {
                xml.writeStartElement("system-out");
                xml.writeCharacters("refused as documented");
                xml.writeEndElement();
            }
            case PASSED -> { }
        }
        xml.writeEndElement();
    }

    private static Optional<String> trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        return Optional.of(trace.toString());
    }

    /** Without characters that XML cannot have, which messages of others may contain. */
    private static String legal(String text) {
        return text.replaceAll("[^\\x09\\x0a\\x0d\\x20-\\ud7ff\\ue000-\\ufffd]", "?");
    }
}
