// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.archetype;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A generated project builds by itself, from this build's artifacts: its backend meets the contract; with a mistake in it,
 * the build fails and names the clause. The order is that of somebody who follows the guide.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ArchetypeTest {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path PROJECT = TARGET.resolve("generated/org.acme.backend");
    private static final Path MEMORY = PROJECT.resolve("src/main/java/org/acme/AcmeMemory.java");
    private static final String RIGHT = "if (mapping.scope().isAlive()) {";
    private static final String VERSION = System.getProperty("cloister.version");

    private static Path repository;

    private static Program maven(Path folder, String name, String... arguments) throws IOException,
            InterruptedException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("maven.home") + "/bin/mvn", "--batch-mode",
                "--no-transfer-progress", "-Dmaven.repo.local=" + repository));
        if (System.getProperty("maven.mode").endsWith("=true")) {
            command.add("--offline");
        }
        command.addAll(List.of(arguments));
        return Program.run(folder, TARGET.resolve(name + ".log"), command);
    }

    @BeforeAll
    static void generate() throws IOException, InterruptedException {
        repository = ScratchRepository.make(TARGET.resolve("repository"),
                Path.of(System.getProperty("maven.shared")), TARGET.getParent().getParent().getParent(), VERSION).root();
        ScratchRepository.delete(PROJECT.getParent());
        Program generated = maven(Files.createDirectories(PROJECT.getParent()), "generate",
                "org.apache.maven.plugins:maven-archetype-plugin:3.4.1:generate", "-DinteractiveMode=false",
                "-DarchetypeCatalog=local", "-DarchetypeGroupId=org.cloister",
                "-DarchetypeArtifactId=org.cloister.archetype.backend", "-DarchetypeVersion=" + VERSION,
                "-DgroupId=org.acme", "-DartifactId=org.acme.backend");
        assertThat(generated.status()).as(generated.output()).isZero();
    }

    @Test
    @Order(1)
    void nothingOfTheTemplateIsLeftInTheProject() throws IOException {
        try (Stream<Path> all = Files.walk(PROJECT)) {
            assertThat(all.filter(Files::isRegularFile)).hasSizeGreaterThan(8).allSatisfy(file ->
                    assertThat(PROJECT.relativize(file) + "\n" + Files.readString(file)).doesNotContain("__type__")
                            .doesNotContain("${type}").doesNotContain("${backend}").doesNotContain("${package}")
                            .doesNotContain("SPDX").doesNotContainPattern("@[a-z.]+@"));
        }
    }

    @Test
    @Order(2)
    void aMistakeFailsTheBuildAndTheClauseIsNamed() throws IOException, InterruptedException {
        String right = Files.readString(MEMORY);
        assertThat(right).contains(RIGHT);
        Files.writeString(MEMORY, right.replace(RIGHT, "{"));
        Program built = maven(PROJECT, "red", "verify");
        Files.writeString(MEMORY, right);
        assertThat(built.status()).as(built.output()).isNotZero();
        assertThat(built.output()).contains("FAILED   bounds: ").contains("check  CpuAccessChecks.aMappingIsClosedTwice")
                .contains("The contract is not met.").contains("BUILD FAILURE");
    }

    @Test
    @Order(3)
    void theProjectBuildsAndMeetsTheContract() throws IOException, InterruptedException {
        Program built = maven(PROJECT, "green", "verify");
        assertThat(built.status()).as(built.output()).isZero();
        assertThat(built.output()).contains("The contract is met").contains(", 0 failed");
        assertThat(Files.readString(PROJECT.resolve("target/tck/tck.xml"))).contains("failures=\"0\"");
        assertThat(PROJECT.resolve("target/org.acme.backend-1.0.0-SNAPSHOT.jar")).exists();
    }

    @Test
    @Order(4)
    void theShellHasTheBackend() throws IOException, InterruptedException {
        assertThat(Program.converse(PROJECT, TARGET.resolve("play.log"), "heap:alloc acme,scratch 64K",
                "64 KiB of acme,scratch, served by acme", "exit 0", List.of(System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED", "-jar", "target/play.jar"))).isZero();
    }
}
