// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shell under a person's hands, and without a terminal. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShellTest {
    private static final Path HOME = Path.of("../../dist/target/cloister").toAbsolutePath().normalize();
    private static final String PROMPT = "cloister> ";
    private static final String UP = "\033OA";
    private static final String CTRL_C = "\003";
    private static final String CTRL_D = "\004";
    /** How long a key may go unnoticed before it is pressed again. */
    private static final long AGAIN_S = 5;

    @TempDir
    private Path temporary;

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
                "--sun-misc-unsafe-memory-access=allow", "-Djava.util.logging.config.file=" + HOME.resolve("logging.properties"),
                "-XX:TieredStopAtLevel=1", "-jar", HOME.resolve("launcher.jar").toString(), HOME.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static PseudoTerminal shell() throws IOException, InterruptedException {
        PseudoTerminal shell = new PseudoTerminal(40, 160, command("shell"));
        shell.await(PROMPT);
        return shell;
    }

    /** Types a line, and gives what is shown from then on until the next prompt. */
    private static String answer(PseudoTerminal shell, String line) throws IOException, InterruptedException {
        shell.type(line);
        shell.await(line); // behind prompts of before
        shell.type("\r");
        return shell.await(PROMPT);
    }

    @Test
    void tabCompletesHistoryComesBackAndCtrlDEnds() throws Exception {
        try (PseudoTerminal shell = shell()) {
            shell.type("heap:sh\t");
            shell.await("heap:show ");
            shell.type("protected,s\t");
            shell.await("ecure-video");
            assertThat(answer(shell, "")).contains("protected,secure-video", "carveout");

            shell.type(UP);
            shell.await("heap:show protected,secure-video");
            shell.type(CTRL_C);
            assertThat(shell.await(PROMPT)).contains("Ctrl-D ends the shell");

            shell.type(CTRL_D);
            assertThat(shell.status()).isZero();
        }
    }

    @Test
    void ctrlCEndsTheCommandThatRunsAndTheNextOneWorks() throws Exception {
        try (PseudoTerminal shell = shell()) {
            shell.type("heap:trace --for 86400\r");
            shell.await("86400");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PseudoTerminal.PATIENCE_S);
            do { // what is typed before the command runs is for nobody
                shell.type(CTRL_C);
            } while (!shell.isShown(PROMPT, AGAIN_S) && System.nanoTime() - deadline < 0);
            assertThat(shell.await(PROMPT)).doesNotContain("null", "Exception");

            assertThat(answer(shell, "heap:list")).contains("protected,secure-video  available");
            assertThat(answer(shell, "stop 99999"))
                    .contains("stop: there is no bundle 99999; name one by its id or symbolic name");
            assertThat(answer(shell, "update nothing")).contains("update: there is no bundle nothing;");
            shell.type("exit\r");
            assertThat(shell.status()).isZero();
        }
    }

    @Test
    void ctrlCWhileABufferIsHeldReleasesIt() throws Exception {
        try (PseudoTerminal terminal = new PseudoTerminal(40, 160,
                command("alloc", "protected,secure-video", "1M", "--board", "jacinto", "--hold"))) {
            assertThat(terminal.await("Enter ends that")).contains("protected,secure-video: 1 MiB, restricted");
            terminal.type(CTRL_C);
            assertThat(terminal.status()).isEqualTo(130);
            assertThat(terminal.rest()).doesNotContain("left buffer", "\tat ");
        }
    }

    @Test
    void columnsAreAlignedAtAnyWidth() throws Exception {
        try (PseudoTerminal shell = shell()) {
            for (int columns : new int[] {160, 40, 250}) {
                shell.resize(columns);
                shell.type("heap:list\r");
                // The prompt may be shown again before, as the terminal has another size.
                String shown = plain(shell.await("REGIONS"));
                String header = shown.substring(shown.lastIndexOf("HEAP "));
                List<String> rows = shell.await(PROMPT).lines().skip(1).toList();

                assertThat(header.indexOf("STATE")).isPositive();
                assertThat(plain(rows.getFirst())).as("a terminal of %d columns", columns)
                        .startsWith("protected,secure-video ").contains("available")
                        .satisfies(row -> assertThat(row.indexOf("available")).isEqualTo(header.indexOf("STATE")));
            }
            shell.type(CTRL_D);
            assertThat(shell.status()).isZero();
        }
    }

    /** Without the control sequences that JLine begins and ends lines with. */
    private static String plain(String line) {
        return line.replaceAll("\033\\[[0-9;?]*[a-zA-Z]|\033[=>]", "");
    }

    @Test
    void withoutATerminalThereIsTextOnlyAndTheStatusIsOfTheLastLine() throws Exception {
        Path lines = Files.writeString(temporary.resolve("lines"), "heap:list\nheap:explain no-such-heap\n");
        Process process = new ProcessBuilder(command("shell")).redirectInput(lines.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String shown = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(shown).contains("protected,secure-video  available").doesNotContain("\033", PROMPT, "\r");
    }
}
