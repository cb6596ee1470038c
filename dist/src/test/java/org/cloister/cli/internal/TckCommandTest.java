// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TckCommandTest {
    @TempDir
    private Path home;

    @Test
    void withoutItsFolderItSaysWhatIsMissing() {
        Shell shell = new Shell().with("tck", () -> new TckCommand(Optional.of(home)));
        assertThat(shell.run("tck", "a.jar")).isEqualTo(ExitStatus.UNUSABLE);
        assertThat(shell.err()).contains("the folder 'tck' is not beside this program");
    }

    @Test
    void withoutAJarItSaysHowItIsUsed() {
        Shell shell = new Shell().with("tck", () -> new TckCommand(Optional.empty()));
        assertThat(shell.run("tck")).isEqualTo(ExitStatus.UNUSABLE);
        assertThat(shell.err()).contains("JAR");
    }

    @Test
    void aFrameworkThatIsNotThereIsNamed() throws Exception {
        Files.createDirectory(home.resolve("tck"));
        Shell shell = new Shell().with("tck", () -> new TckCommand(Optional.of(home)));
        assertThat(shell.run("tck", "--framework", "none.jar", "a.jar")).isEqualTo(ExitStatus.UNUSABLE);
        assertThat(shell.err()).contains("none.jar");
    }
}
