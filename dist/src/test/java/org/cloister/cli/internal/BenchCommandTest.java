// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
    @TempDir
    private Path home;

    private final Shell shell = new Shell().with("bench", () -> new BenchCommand(Optional.of(home)));

    /** Stands for the benchmarks: says how it was called. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] args) {
            System.out.println(String.join("|", args));
            System.exit(args.length > 0 && args[0].equals("Missed") ? 1 : 0);
        }
    }

    private void pack() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Echo.class.getName());
        String entry = Echo.class.getName().replace('.', '/') + ".class";
        Files.createDirectory(home.resolve("bench"));
        try (InputStream bytes = Echo.class.getClassLoader().getResourceAsStream(entry);
                var jar = new JarOutputStream(Files.newOutputStream(home.resolve("bench/bench.jar")), manifest)) {
            jar.putNextEntry(new JarEntry(entry));
            bytes.transferTo(jar);
        }
    }

    @Test
    void patternsAndOptionsAreHandedOn() throws IOException {
        pack();
        assertThat(shell.run("bench", "--json", "Find", "Heap", "--", "-p", "live=100")).isZero();
        assertThat(shell.out()).isEqualTo("Find|Heap|-p|live=100|--json\n");
    }

    @Test
    void aMissedAimIsTheExitStatus() throws IOException {
        pack();
        assertThat(shell.run("bench", "Missed")).isEqualTo(ExitStatus.DOES_NOT_HOLD);
    }

    @Test
    void anOptionOfJmhNeedsTheDashes() throws IOException {
        pack();
        assertThat(shell.run("bench", "-wi", "1")).isEqualTo(ExitStatus.UNUSABLE);
        assertThat(shell.out()).isEmpty();
    }

    @Test
    void aProgramWithoutBenchmarksSaysSo() {
        assertThat(shell.run("bench")).isEqualTo(ExitStatus.UNUSABLE);
        assertThat(shell.err()).contains("bench/bench.jar is not beside this program")
                .contains("run ./cloister bench in Cloister's sources").hasLineCount(1);
    }

    @Test
    void aProgramInOneJarSaysSo() {
        Shell jar = new Shell().with("bench", () -> new BenchCommand(Optional.empty()));
        assertThat(jar.run("bench")).isEqualTo(ExitStatus.UNUSABLE);
        assertThat(jar.err()).contains("packed without benchmarks");
    }
}
