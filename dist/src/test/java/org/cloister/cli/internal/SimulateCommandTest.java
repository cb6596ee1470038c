// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateCommandTest {
    @TempDir
    private Path home;

    private final Shell shell = new Shell().with("simulate", () -> new SimulateCommand(Optional.of(home)));

    /** Stands for the simulation: says how it was called. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] args) {
            System.out.println(String.join("|", args));
            System.exit(List.of(args).contains("666") ? 1 : 0);
        }
    }

    private void pack() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Echo.class.getName());
        String entry = Echo.class.getName().replace('.', '/') + ".class";
        Files.createDirectory(home.resolve("simulation"));
        try (InputStream bytes = Echo.class.getClassLoader().getResourceAsStream(entry);
                var jar = new JarOutputStream(Files.newOutputStream(home.resolve("simulation/simulation.jar")), manifest)) {
            jar.putNextEntry(new JarEntry(entry));
            bytes.transferTo(jar);
        }
    }

    @Test
    void optionsAreHandedOn() throws IOException {
        pack();
        assertThat(shell.run("simulate", "--json", "--seeds", "1", "--first", "7", "--trace", "/t")).isZero();
        assertThat(shell.out()).isEqualTo("--seeds|1|--first|7|--steps|5000|--trace|/t|--json\n");
    }

    @Test
    void aBrokenPromiseIsTheExitStatus() throws IOException {
        pack();
        assertThat(shell.run("simulate", "--first", "666")).isEqualTo(ExitStatus.DOES_NOT_HOLD);
    }

    @Test
    void whatIsNoNumberIsRefused() throws IOException {
        pack();
        assertThat(shell.run("simulate", "--seeds", "many")).isEqualTo(ExitStatus.UNUSABLE);
        assertThat(shell.out()).isEmpty();
    }

    @Test
    void aProgramWithoutItSaysSo() {
        assertThat(shell.run("simulate")).isEqualTo(ExitStatus.UNUSABLE);
        assertThat(shell.err()).contains("simulation/simulation.jar is not beside this program")
                .contains("run ./cloister simulate in Cloister's sources").hasLineCount(1);
    }

    @Test
    void aProgramInOneJarSaysSo() {
        Shell jar = new Shell().with("simulate", () -> new SimulateCommand(Optional.empty()));
        assertThat(jar.run("simulate")).isEqualTo(ExitStatus.UNUSABLE);
        assertThat(jar.err()).contains("packed without the simulation");
    }
}
