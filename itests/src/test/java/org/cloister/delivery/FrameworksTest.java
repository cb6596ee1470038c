// SPDX-License-Identifier: Apache-2.0
package org.cloister.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The folder of bundles as it is delivered, started by more than one framework, up to a protected buffer. */
@Timeout(120)
class FrameworksTest {
    private static final Path HOME = Path.of("../dist/target/cloister").toAbsolutePath().normalize();
    private static final String MAIN = "org.cloister.launcher.internal.Launcher";
    private static final long PATIENCE_S = 90;

    @TempDir
    private Path scratch;

    private record Outcome(int status, String out, String err) {}

    private Outcome run(String classPath, String... arguments) throws Exception {
        assertThat(HOME.resolve("launcher.jar")).as("the program, which mvn verify builds").exists();
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp", classPath, MAIN,
                HOME.toString()));
        command.addAll(List.of(arguments));
        Path out = scratch.resolve("out");
        Path err = scratch.resolve("err");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    private static String felix() {
        return HOME.resolve("launcher.jar").toString(); // its manifest names the framework beside it
    }

    private static String equinox() throws Exception {
        Class<?> factory = Class.forName("org.eclipse.osgi.launch.EquinoxFactory", false,
                FrameworksTest.class.getClassLoader());
        return Path.of(factory.getProtectionDomain().getCodeSource().getLocation().toURI()) + File.pathSeparator + felix();
    }

    @Test
    void felixStartsTheFolder() throws Exception {
        assertServes(felix());
    }

    @Test
    void equinoxStartsTheFolder() throws Exception {
        assertServes(equinox());
        assertThat(run(equinox(), "--version").out()).containsPattern("OSGi framework 3\\.\\d+");
    }

    private void assertServes(String classPath) throws Exception {
        Outcome outcome = run(classPath, "shell", "heap:alloc protected,secure-video 1M", "--board", "virt-optee");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).as(outcome.err()).contains("1 MiB of protected,secure-video", "restricted");
    }
}
