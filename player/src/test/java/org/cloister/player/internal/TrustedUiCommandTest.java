// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.cloister.player.play.internal.Bench;
import org.cloister.player.play.internal.PlayerBoard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the command refuses; what it shows takes a trusted OS, and is tested in the framework. */
class TrustedUiCommandTest {
    private final PlayerBoard player = new PlayerBoard();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    @AfterEach
    void switchOff() {
        player.close();
    }

    @Test
    void saysThatNoTrustedOsDraws() {
        assertThat(run("--picture", directory.resolve("ui.png").toString())).isOne();
        assertThat(err.toString()).contains("there is no trusted OS");
        assertThat(player.board.core().open("player")).containsExactly(0, 0);
    }

    @Test
    void unusableInputGivesStatusTwoAndOneSentence() {
        for (String message : List.of("", "a".repeat(201), "d\u00e9j\u00e0 vu", "two\nlines")) {
            assertThat(run("--picture", directory.resolve("ui.png").toString(), message)).isEqualTo(2);
            assertThat(err.toString()).endsWith("it is not 1 to 200 characters of printable ASCII;"
                    + " give a shorter or plainer one\n");
        }
        assertThat(run("--picture", "nosuch/ui.png")).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(5).allSatisfy(
                line -> assertThat(line).startsWith("cloister trusted-ui: Cannot "));
        assertThat(out.toString()).isEmpty();
    }

    private int run(String... arguments) {
        Bench bench = player.bench();
        TrustedUiCommand command = new TrustedUiCommand();
        command.finder = new BenchFinder(bench.soc(), List.of(bench.panel()), player.codec(), player.display(),
                bench.heaps(), bench.backends(), bench.importers(), bench.ffmpeg());
        return new CommandLine(command).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
