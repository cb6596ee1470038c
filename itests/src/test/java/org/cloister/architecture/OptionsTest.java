// SPDX-License-Identifier: Apache-2.0
package org.cloister.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Every option of every bundle is described to tools, with a default, help, and its unit. */
class OptionsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Set<String> NUMBERS = Set.of("Integer", "Long", "Short", "Byte", "Double", "Float");
    private static final Map<String, String> UNITS = Map.of(".ms", "(ms)", ".millis", "(milliseconds)", ".bytes", "(bytes)",
            ".percent", "(%)");
    /** What is no quantity: a count, an identity, or a seed. */
    private static final String WITHOUT_UNIT = "(?s).*([Hh]ow many|TCP port|[Ss]eed of|The id of).*";

    private static List<Document> documents(String folder) throws IOException {
        List<Document> documents = new ArrayList<>();
        try (Stream<Path> all = Files.walk(ROOT)) {
            for (Path file : all.filter(p -> p.toString().matches(".*/target/classes/OSGI-INF/" + folder + "[^/]*\\.xml"))
                    .filter(p -> !p.toString().contains("/itests/")).sorted().toList()) {
                try {
                    Document document = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file.toFile());
                    document.setDocumentURI(ROOT.relativize(file).toString());
                    documents.add(document);
                } catch (Exception e) {
                    throw new IOException(file.toString(), e);
                }
            }
        }
        return documents;
    }

    private static List<Element> elements(Document document, String name) {
        var found = document.getElementsByTagName(name);
        return Stream.iterate(0, i -> i + 1).limit(found.getLength()).map(i -> (Element) found.item(i)).toList();
    }

    @Test
    void everyOptionHasANameHelpAndADefault() throws IOException {
        List<Document> all = documents("metatype/");
        assertThat(all).hasSizeGreaterThan(8);
        for (Document document : all) {
            assertThat(elements(document, "OCD")).allSatisfy(ocd -> {
                assertThat(ocd.getAttribute("name")).as(document.getDocumentURI()).contains("Cloister");
                assertThat(ocd.getAttribute("description")).as(document.getDocumentURI()).isNotBlank();
            });
            assertThat(elements(document, "AD")).allSatisfy(option -> {
                String which = document.getDocumentURI() + ", option " + option.getAttribute("id");
                assertThat(option.getAttribute("name")).as(which).isNotBlank().doesNotContain("_");
                assertThat(option.getAttribute("description")).as(which).hasSizeGreaterThan(10);
                boolean list = !option.getAttribute("cardinality").isEmpty();
                assertThat(option.hasAttribute("default") || list || isIdentity(document, option))
                        .as("%s: a default, or empty as a list", which).isTrue();
            });
        }
    }

    /** What a factory configuration is about, which nobody but its author can know. */
    private static boolean isIdentity(Document document, Element option) {
        return option.getAttribute("type").equals("String") && elements(document, "Designate").stream()
                .anyMatch(one -> !one.getAttribute("factoryPid").isEmpty());
    }

    @Test
    void everyQuantityNamesItsUnit() throws IOException {
        int checked = 0;
        for (Document document : documents("metatype/")) {
            for (Element option : elements(document, "AD")) {
                if (!NUMBERS.contains(option.getAttribute("type"))) {
                    continue;
                }
                String id = option.getAttribute("id");
                String which = document.getDocumentURI() + ", option " + id;
                String text = option.getAttribute("name") + " " + option.getAttribute("description");
                boolean named = UNITS.entrySet().stream()
                        .anyMatch(unit -> id.endsWith(unit.getKey()) && option.getAttribute("name").contains(unit.getValue()));
                assertThat(named || text.matches(WITHOUT_UNIT)).as("%s: %s", which, text).isTrue();
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(10);
    }

    @Test
    void whatIsConfiguredIsDescribed() throws IOException {
        Set<String> described = new TreeSet<>();
        for (Document document : documents("metatype/")) {
            elements(document, "Designate").forEach(one -> {
                described.add(one.getAttribute("pid"));
                described.add(one.getAttribute("factoryPid"));
            });
        }
        Map<String, String> configured = new TreeMap<>();
        for (Document document : documents("")) {
            for (Element component : elements(document, "scr:component")) {
                for (String pid : component.getAttribute("configuration-pid").split(" ")) {
                    if (pid.startsWith("org.cloister")) {
                        configured.put(pid, document.getDocumentURI());
                    }
                }
            }
        }
        assertThat(configured).hasSizeGreaterThan(8)
                .allSatisfy((pid, where) -> assertThat(described).as(where).contains(pid));
    }
}
