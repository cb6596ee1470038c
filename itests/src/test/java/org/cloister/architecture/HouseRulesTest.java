// SPDX-License-Identifier: Apache-2.0
package org.cloister.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules that hold in every room. */
class HouseRulesTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final int LONGEST = 700;

    private static List<Path> files(String... endings) throws IOException {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all.filter(Files::isRegularFile)
                    .filter(p -> Stream.of("/target/", "/.git/", "/generated/", "/resources/")
                            .noneMatch(p.toString()::contains))
                    .filter(p -> Arrays.stream(endings).anyMatch(e -> p.getFileName().toString().endsWith(e))).toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everySourceFileNamesItsLicence() throws IOException {
        List<Path> sources = files(".java", ".bnd", ".bndrun", "pom.xml", ".sh");
        assertThat(sources).hasSizeGreaterThan(100).allSatisfy(file -> assertThat(read(file).lines().limit(3))
                .as("%s", ROOT.relativize(file)).anyMatch(line -> line.contains("SPDX-License-Identifier: Apache-2.0")));
    }

    @Test
    void noSourceFileIsTooLong() throws IOException {
        assertThat(files(".java")).allSatisfy(file -> assertThat(read(file).lines().count())
                .as("lines of %s", ROOT.relativize(file)).isLessThanOrEqualTo(LONGEST));
    }

    @Test
    void noWorkIsLeftForLater() throws IOException {
        Pattern later = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b|Thread\\.sle" + "ep|@Dis" + "abled");
        assertThat(files(".java")).allSatisfy(file -> assertThat(later.matcher(read(file)).find())
                .as("%s", ROOT.relativize(file)).isFalse());
    }

    @Test
    void theBillOfMaterialsHasAllThatIsPublished() {
        Set<String> unpublished = Set.of("cnf/bom", "simulation", "bench", "bench/stress", "tck/sample", "tck/itests",
                "itests", "itests/guest", "itests/browser", "itests/terminal", "itests/archetype");
        Pattern own = Pattern.compile("<artifactId>(org\\.cloister\\.[\\w.-]+)</artifactId>");
        Set<String> published = Pattern.compile("<module>([^<]+)</module>").matcher(read(ROOT.resolve("pom.xml"))).results()
                .map(module -> module.group(1)).filter(module -> !unpublished.contains(module))
                .map(module -> own.matcher(read(ROOT.resolve(module).resolve("pom.xml"))).results().findFirst()
                        .orElseThrow(() -> new AssertionError(module + " has no artifact of ours")).group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(own.matcher(read(ROOT.resolve("cnf/bom/pom.xml"))).results().map(found -> found.group(1)).skip(1))
                .as("cnf/bom/pom.xml lists what the root pom builds and publishes")
                .containsExactlyInAnyOrderElementsOf(published);
    }

    private record Bundle(Path classes, Set<String> exported) {}

    private static List<Bundle> bundles() throws IOException {
        try (Stream<Path> all = Files.walk(ROOT, 6)) {
            return all.filter(p -> p.endsWith("target/classes/META-INF/MANIFEST.MF"))
                    .filter(p -> !p.toString().contains("/itests/") && !p.toString().contains("/cnf/"))
                    .map(HouseRulesTest::bundle).toList();
        }
    }

    private static Bundle bundle(Path manifest) {
        try (var in = Files.newInputStream(manifest)) {
            String exports = new Manifest(in).getMainAttributes().getValue("Export-Package");
            Set<String> names = exports == null ? Set.of() : Pattern.compile("(?:^|,)(org\\.cloister[\\w.]*)")
                    .matcher(exports.replaceAll("\"[^\"]*\"", "")).results().map(m -> m.group(1))
                    .collect(Collectors.toSet());
            return new Bundle(manifest.getParent().getParent(), names);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void packagesThatAreNotExportedAreCalledInternal() throws IOException {
        assertThat(bundles()).hasSizeGreaterThan(8).allSatisfy(bundle -> {
            var packages = new TreeSet<String>();
            new ClassFileImporter().importPath(bundle.classes()).forEach(c -> packages.add(c.getPackageName()));
            packages.removeIf(p -> !p.startsWith("org.cloister"));
            assertThat(packages).as("packages of %s", ROOT.relativize(bundle.classes()))
                    .allMatch(p -> bundle.exported().contains(p) != p.endsWith(".internal"));
        });
    }

    @Test
    void everyExportedTypeSaysWhoImplementsIt() throws IOException {
        assertThat(bundles()).allSatisfy(bundle -> assertThat(new ClassFileImporter().importPath(bundle.classes()))
                .filteredOn(c -> bundle.exported().contains(c.getPackageName()))
                .filteredOn(c -> c.getModifiers().contains(JavaModifier.PUBLIC) && c.isTopLevelClass())
                .filteredOn(c -> !c.getSimpleName().equals("package-info") && !c.isAnnotation())
                .allSatisfy(c -> assertThat(versioningRole(c)).as("%s", c.getName()).isTrue()));
    }

    private static boolean versioningRole(JavaClass type) {
        return type.isAnnotatedWith("org.osgi.annotation.versioning.ProviderType")
                || type.isAnnotatedWith("org.osgi.annotation.versioning.ConsumerType");
    }
}
