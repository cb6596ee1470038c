// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The script {@code cloister} in a small copy of the house, with a JDK and a Maven that only say how they were called.
 */
class LauncherScriptTest {
    private record Result(int status, List<String> out, String err) {}

    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir
    private Path temporary;

    private Path house;
    private Path jdks;
    private Path tools;
    private Path source;

    @BeforeEach
    void buildTheHouse() throws IOException {
        house = Files.createDirectories(temporary.resolve("the house"));
        jdks = Files.createDirectories(temporary.resolve("jvm"));
        tools = Files.createDirectories(temporary.resolve("tools"));
        source = house.resolve("api/src/main/java/A.java");
        Files.createDirectories(source.getParent());
        Files.createFile(source);
        // The places of this machine, and its tools that are no part of POSIX, are kept out of the test.
        executable(house.resolve("cloister"), Files.readString(Path.of("..", "cloister").toAbsolutePath())
                .replace("/usr/lib/jvm", jdks.toString()));
        jdk("jdk-25", "25.0.3");
        executable(tools.resolve("mvn"), """
                #!/bin/sh
                echo "[INFO] Building Everything [1/1]"
                echo "$JAVA_HOME $*" >>"%1$s/builds"
                mkdir -p "%1$s/dist/target/cloister"
                : >"%1$s/dist/target/cloister/launcher.properties"
                """.formatted(house));
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(jdks.resolve(name));
        Files.createDirectories(home.resolve("bin"));
        executable(home.resolve("bin/javac"), "#!/bin/sh\n");
        executable(home.resolve("bin/java"), """
                #!/bin/sh
                echo "java of %s in $PWD"
                for word in "$@"; do echo "<$word>"; done
                case " $* " in *" -XX:ArchiveClassesAtExit="*) : >"%s" ;; *) exit 7 ;; esac
                """.formatted(name, archive()));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
        return home;
    }

    private Path archive() {
        return house.resolve("dist/target/cloister/classes.jsa");
    }

    private static void executable(Path file, String content) throws IOException {
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Result run(Path script, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        Path out = temporary.resolve("out");
        Path err = temporary.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(temporary.toFile())
                .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_HOME", "MAVEN_HOME", "CLOISTER_JAVA_OPTS"));
        builder.environment().put("PATH", tools + ":/usr/bin:/bin");
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readAllLines(out), Files.readString(err));
    }

    private Result run(String... arguments) throws IOException, InterruptedException {
        return run(house.resolve("cloister"), arguments);
    }

    private List<String> builds() throws IOException {
        Path builds = house.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
    }

    @Test
    void buildsWhatIsMissingThenRuns() throws Exception {
        Result result = run("dt", "a file", "");

        assertThat(result.status()).as("the command's").isEqualTo(7);
        assertThat(result.out()).first().isEqualTo("java of jdk-25 in " + temporary.toRealPath());
        assertThat(result.out()).endsWith("<-jar>", "<" + house.toRealPath() + "/dist/target/cloister/launcher.jar>",
                "<" + house.toRealPath() + "/dist/target/cloister>", "<dt>", "<a file>", "<>");
        assertThat(result.err()).isEqualTo(
                "cloister: building (log: %s/target/cloister-build.log)\n".formatted(house.toRealPath()));
        assertThat(builds()).singleElement().asString()
                .startsWith(jdks.resolve("jdk-25") + " ").contains("-pl dist -am -DskipTests package");
        assertThat(archive()).exists();
    }

    @Test
    void startsWithoutAnArchiveOfClassesWhereNoneCanBeMade() throws Exception {
        executable(jdks.resolve("jdk-25/bin/java"), """
                #!/bin/sh
                : >"%s"
                exit 7
                """.formatted(archive()));
        Result result = run("play");

        assertThat(result.status()).isEqualTo(7);
        assertThat(result.err().lines()).hasSize(2).last()
                .isEqualTo("cloister: no archive of classes could be made, so that starts take longer");
        assertThat(builds()).hasSize(1);
        assertThat(run("dt").err()).as("said once").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"dt, true", "heaps, true", "alloc, true", "--version, true", "play, false", "bench, false", "serve, false"})
    void onlyWhatIsOverAtOnceIsCompiledLightly(String command, boolean lightly) throws Exception {
        assertThat(run(command).out().contains("<-XX:TieredStopAtLevel=1>")).isEqualTo(lightly);
    }

    @Test
    void buildsOnce() throws Exception {
        run("dt");
        Result second = run("dt");

        assertThat(second.err()).isEmpty();
        assertThat(second.out()).isNotEmpty();
        assertThat(builds()).hasSize(1);
    }

    @Test
    void buildsAgainWhenASourceIsNewer() throws Exception {
        run("dt");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(100)));
        run("dt");

        assertThat(builds()).hasSize(2);
    }

    @Test
    void buildsAgainWhenASourceIsGone() throws Exception {
        run("dt");
        makeOld(source, source.getParent());
        run("dt");
        assertThat(builds()).hasSize(1);

        Files.delete(source);
        Files.setLastModifiedTime(source.getParent(), FileTime.from(Instant.now().plusSeconds(100)));
        run("dt");

        assertThat(builds()).hasSize(2);
    }

    private static void makeOld(Path... files) throws IOException {
        for (Path file : files) {
            Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
        }
    }

    @Test
    void testsAndProductsAreNoSources() throws Exception {
        run("dt");
        for (String name : List.of("api/src/test/java/T.java", "api/target/src/main/java/A.java", "api/NOTES.md")) {
            Path file = house.resolve(name);
            Files.createDirectories(file.getParent());
            Files.createFile(file);
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(100)));
        }
        run("dt");

        assertThat(builds()).hasSize(1);
    }

    @Test
    void failedBuild() throws Exception {
        executable(tools.resolve("mvn"), "#!/bin/sh\necho '[INFO] fine'\necho '[ERROR] A.java: broken'\nexit 1\n");

        Result result = run("dt");

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).containsExactly(
                "cloister: building (log: %s/target/cloister-build.log)".formatted(house.toRealPath()),
                "[ERROR] A.java: broken",
                "cloister: the build failed, as its log %s/target/cloister-build.log says; mend that, then run this again"
                        .formatted(house.toRealPath()));
        assertThat(house.resolve("target/cloister-build.log")).content().contains("[INFO] fine");
        assertThat(run("dt").status()).as("tried again").isEqualTo(2);
    }

    @Test
    void noJdk() throws Exception {
        Files.delete(jdks.resolve("jdk-25/release"));
        jdk("jdk-17", "17.0.15");
        jdk("jdk-8", "1.8.0_402");
        Path jre = jdk("jre-26", "26");
        Files.delete(jre.resolve("bin/javac"));

        Result result = run("dt");

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("cloister: there is no JDK 25 or newer in JAVA_HOME, ")
                .contains("jdk-17 (17)", "jdk-8 (1)", "install one").doesNotContain("jre-26")
                .satisfies(text -> assertThat(text.lines()).hasSize(1));
    }

    @Test
    void noMaven() throws Exception {
        Files.delete(tools.resolve("mvn"));
        for (String tool : List.of("dirname", "readlink", "sed", "find", "head", "mkdir", "flock")) {
            executable(tools.resolve(tool), "#!/bin/sh\nexec /usr/bin/%s \"$@\"\n".formatted(tool));
        }

        Result result = runIsolated("dt");

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("there is no Maven in MAVEN_HOME or PATH", "install Apache Maven");
    }

    private Result runIsolated(String... arguments) throws IOException, InterruptedException {
        Path script = house.resolve("cloister");
        executable(script, Files.readString(script).replaceFirst("set -u", "set -u\nPATH='" + tools + "'"));
        return run(script, arguments);
    }

    @Test
    void throughLinks() throws Exception {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), Path.of("the house/cloister"));
        Path linkToLink = Files.createSymbolicLink(tools.resolve("cloister"), link);

        Result result = run(linkToLink, "dt");

        assertThat(result.out()).contains("<" + house.toRealPath() + "/dist/target/cloister>", "<dt>");
    }

    @Test
    void javaHomeIsPreferredIfItFits() throws Exception {
        Path preferred = jdk("../mine", "27-ea");
        Path old = jdk("../old", "17.0.15");
        Path script = house.resolve("cloister");
        String text = Files.readString(script);

        executable(script, text.replaceFirst("set -u", "set -u\nJAVA_HOME='" + preferred + "'"));
        assertThat(run("dt").out()).first().asString().startsWith("java of ../mine");
        executable(script, text.replaceFirst("set -u", "set -u\nJAVA_HOME='" + old + "'"));
        assertThat(run("dt").out()).first().asString().startsWith("java of jdk-25");
    }

    @Test
    void optionsOfTheUser() throws Exception {
        Path script = house.resolve("cloister");
        executable(script, Files.readString(script)
                .replaceFirst("set -u", "set -u\nCLOISTER_JAVA_OPTS='-Xmx1g -Dx=y'"));

        assertThat(run("dt").out()).containsSubsequence("<-Xmx1g>", "<-Dx=y>", "<-jar>");
    }
}
