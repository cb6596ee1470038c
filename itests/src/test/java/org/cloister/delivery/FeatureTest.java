// SPDX-License-Identifier: Apache-2.0
package org.cloister.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.felix.feature.impl.FeatureServiceImpl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureBundle;
import org.osgi.service.feature.FeatureExtension;
import org.osgi.service.feature.ID;

/**
 * The OSGi feature files say what the resolver gave when somebody last looked at it: a bundle that comes, goes or changes
 * its version because of something else is seen, and not just delivered.
 */
class FeatureTest {
    /** An environment variable: written anew, not compared, when it is set. */
    private static final String RENEW = "CLOISTER_RENEW_FEATURES";
    private static final String FRAMEWORK = "org.apache.felix.framework-";
    private static final String PROPERTIES_EXTENSION = "framework-launching-properties";
    private static final Pattern JAR = Pattern.compile("(.+?)-(\\d.*)\\.jar");
    private static final Path REPOSITORY = Path.of(System.getProperty("local.repository"));

    /** What was resolved and delivered: the bundles, and what the framework is told. */
    private record Resolved(List<String> bundles, Map<String, String> properties) {
        static Resolved read(Path folder) throws IOException {
            Properties launch = new Properties();
            try (InputStream in = Files.newInputStream(folder.resolve("launcher.properties"))) {
                launch.load(in);
            }
            return new Resolved(Stream.of(launch.getProperty("launch.bundles").split(",")).map(Path::of)
                    .map(jar -> id(jar.getFileName().toString())).toList(),
                    Map.of("org.osgi.framework.bootdelegation", launch.getProperty("org.osgi.framework.bootdelegation")));
        }
    }

    /** Maven's coordinates of a jar. */
    private static String id(String jar) {
        Matcher name = JAR.matcher(jar);
        assertThat(name.matches()).as(jar).isTrue();
        String place = File.separator + name.group(1) + File.separator + name.group(2) + File.separator + jar;
        String group = name.group(1).startsWith("org.cloister.") ? "org.cloister"
                : Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> entry.endsWith(place) && entry.startsWith(REPOSITORY.toString())).findFirst()
                        .map(entry -> entry.substring(REPOSITORY.toString().length() + 1, entry.length() - place.length()))
                        .orElseThrow(() -> new AssertionError(jar + " is delivered, and is no dependency of itests"))
                        .replace(File.separatorChar, '.');
        return group + ":" + name.group(1) + ":" + name.group(2);
    }

    private static Feature parse(Path file) throws IOException {
        try (Reader in = Files.newBufferedReader(file)) {
            return new FeatureServiceImpl().readFeature(in);
        }
    }

    @ParameterizedTest
    @CsvSource({"cloister, ../dist/target/cloister", "tck, ../dist/target/cloister/tck"})
    void theFileIsWhatTheResolverGives(String name, Path folder) throws IOException {
        Path file = Path.of("../dist", name + ".feature.json");
        Resolved resolved = Resolved.read(folder);
        if (System.getenv(RENEW) != null) {
            Files.writeString(file, text(name, resolved));
        }
        Feature feature = parse(file);
        assertThat(feature.getBundles()).extracting(FeatureBundle::getID).extracting(ID::toString)
                .as("%s is what dist/%s.bndrun resolves to. If that is meant, renew it: %s=1 mvn package -pl itests"
                        + " -am -Dtest=FeatureTest -Dsurefire.failIfNoSpecifiedTests=false, and commit it",
                        file.getFileName(), name, RENEW)
                .containsExactlyInAnyOrderElementsOf(resolved.bundles()); // the resolver's order is not always the same
        assertThat(feature.isComplete()).isTrue();
        FeatureExtension told = feature.getExtensions().get(PROPERTIES_EXTENSION);
        try (var json = Json.createReader(new StringReader(told.getJSON()))) {
            JsonObject properties = json.readObject();
            assertThat(properties.keySet()).isEqualTo(resolved.properties().keySet());
            resolved.properties().forEach((key, value) -> assertThat(properties.getString(key)).isEqualTo(value));
        }
    }

    @ParameterizedTest
    @CsvSource({"cloister, ../dist/target/cloister", "tck, ../dist/target/cloister/tck"})
    void everyBundleOfItIsDelivered(String name, Path folder) throws IOException {
        List<FeatureBundle> bundles = parse(Path.of("../dist", name + ".feature.json")).getBundles();
        assertThat(bundles).hasSizeGreaterThan(10);
        for (FeatureBundle bundle : bundles) {
            ID id = bundle.getID();
            Path jar = folder.resolve("jar").resolve(id.getArtifactId() + "-" + id.getVersion() + ".jar");
            try (JarFile opened = new JarFile(jar.toFile())) {
                assertThat(opened.getManifest().getMainAttributes().getValue("Bundle-SymbolicName")).as(jar.toString())
                        .isNotBlank();
            }
        }
        try (Stream<Path> all = Files.list(folder.resolve("jar"))) {
            assertThat(all.map(jar -> jar.getFileName().toString()).filter(jar -> !jar.startsWith(FRAMEWORK)))
                    .as("nothing else is there").hasSameSizeAs(bundles);
        }
    }

    /** Written as one who writes it by hand would. */
    private static String text(String name, Resolved resolved) {
        JsonArrayBuilder bundles = Json.createArrayBuilder();
        resolved.bundles().forEach(id -> bundles.add(Json.createObjectBuilder().add("id", id)));
        var properties = Json.createObjectBuilder();
        resolved.properties().forEach(properties::add);
        StringWriter text = new StringWriter();
        try (JsonWriter writer = Json.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true)).createWriter(text)) {
            writer.writeObject(Json.createObjectBuilder()
                    .add("feature-resource-version", "1.0")
                    .add("id", "org.cloister:org.cloister.cli:osgifeature:" + name + ":1.0.0-SNAPSHOT")
                    .add("name", "Cloister: " + name)
                    .add("description", "What dist/" + name + ".bndrun resolves to; the order means nothing.")
                    .add("license", "Apache-2.0")
                    .add("complete", true)
                    .add("bundles", bundles)
                    .add("extensions", Json.createObjectBuilder().add(PROPERTIES_EXTENSION, Json.createObjectBuilder()
                            .add("kind", "optional").add("type", "json").add("json", properties)))
                    .build());
        }
        return text.toString().strip() + "\n";
    }
}
