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

/**
 * The program as it is delivered, started as its script does.
 *
 * @param scratch a folder for what it prints
 */
record DeliveredProgram(Path scratch) {
    private static final Path HOME = Path.of("../dist/target/cloister").toAbsolutePath().normalize();
    private static final String MAIN = "org.cloister.launcher.internal.Launcher";
    private static final long PATIENCE_S = 240;

    /** How it ended, and what it printed. */
    record Outcome(int status, String out, String err) {}

    /** The class path that starts it in Felix. */
    static String felix() {
        return HOME.resolve("launcher.jar").toString(); // its manifest names the framework beside it
    }

    /** The class path that starts it in Equinox. */
    static String equinox() throws Exception {
        return equinoxAlone() + File.pathSeparator + felix();
    }

    /** The jar of Equinox. */
    static String equinoxAlone() throws Exception {
        Class<?> factory = Class.forName("org.eclipse.osgi.launch.EquinoxFactory", false,
                DeliveredProgram.class.getClassLoader());
        return Path.of(factory.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    Outcome run(String classPath, String... arguments) throws Exception {
        assertThat(HOME.resolve("launcher.jar")).as("the program, which mvn verify builds").exists();
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "-Djava.util.logging.config.file=" + HOME.resolve("logging.properties"), "-cp", classPath, MAIN,
                HOME.toString()));
        command.addAll(List.of(arguments));
        Path out = scratch.resolve("out");
        Path err = scratch.resolve("err");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
