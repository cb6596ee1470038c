// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

class CommandFrameTest {
    @Command(name = "greet", description = "Greets somebody.")
    static final class Greet implements Callable<Integer> {
        @Spec
        private CommandSpec spec;
        @Parameters(paramLabel = "WHO")
        private String who;
        @Option(names = "--json")
        private boolean json;
        @Option(names = "--times")
        private int times = 1;

        @Override
        public Integer call() {
            for (int i = 0; i < times; i++) {
                spec.commandLine().getOut().println(json ? "\"" + who + "\"" : "Hello " + who);
            }
            spec.commandLine().getErr().println("greeting");
            return times == 7 ? 1 : 0;
        }
    }

    @Command(name = "own-board")
    static final class OwnBoard implements Callable<Integer> {
        @Option(names = "--board")
        private String board;
        @Option(names = "-h")
        private int height;

        @Override
        public Integer call() {
            return 0;
        }
    }

    @Command(name = "fail")
    static final class Fail implements Callable<Integer> {
        private final Exception failure;

        Fail(Exception failure) {
            this.failure = failure;
        }

        @Override
        public Integer call() throws Exception {
            throw failure;
        }
    }

    @Command(name = "nothing")
    static final class Nothing implements Callable<Integer> {
        @Override
        public Integer call() {
            return 0;
        }
    }

    private final Shell shell = new Shell().with("greet", Greet::new).with("nothing", Nothing::new);

    @Test
    void runsTheCommandThatIsNamedAndMakesNoOther() {
        assertThat(shell.run("greet", "world")).isZero();
        assertThat(shell.out()).isEqualTo("Hello world\n");
        assertThat(shell.err()).isEqualTo("greeting\n");
        assertThat(shell.trace).containsExactly("make greet", "release greet");
    }

    @Test
    void eachRunHasAFreshCommand() {
        shell.run("greet", "--json", "a");
        assertThat(shell.out()).isEqualTo("\"a\"\n");
        shell.run("greet", "b");
        assertThat(shell.out()).isEqualTo("Hello b\n");
    }

    @Test
    void exitStatusIsTheCommands() {
        assertThat(shell.run("greet", "--times", "7", "x")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', delimiter = '|', value = {
        "geret | there is no command 'geret' (did you mean 'greet'?)",
        "gret | there is no command 'gret' (did you mean 'greet'?)",
        "zzz | there is no command 'zzz'",
        "help gret | there is no command 'gret' (did you mean 'greet'?)",
        "--versoin | there is no option '--versoin' (did you mean '--version'?)",
        "--json greet x | there is no option '--json'"})
    void badUsageOfTheRootIsOneSentence(String arguments, String problem) {
        assertThat(shell.run(arguments.split(" "))).isEqualTo(2);
        assertThat(shell.err()).isEqualTo("cloister: %s; 'cloister --help' lists all commands\n".formatted(problem));
        assertThat(shell.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', delimiter = '|', value = {
        "greet | missing required parameter: 'WHO'",
        "greet --jsn | there is no option '--jsn' (did you mean '--json'?)",
        "greet --jsn=1 x | there is no option '--jsn=1' (did you mean '--json'?)",
        "greet a b | there is no argument 'b'",
        "greet -x a | there is no option '-x'",
        "greet --times x y | invalid value for option '--times': 'x' is not an int",
        "greet x --times | missing required parameter for option '--times' (<times>)",
        "greet a b\u001b[2J | there is no argument 'b?[2J'"})
    void badUsageOfACommandIsOneSentence(String arguments, String problem) {
        assertThat(shell.run(arguments.split(" "))).isEqualTo(2);
        assertThat(shell.err()).isEqualTo(
                "cloister greet: %s; 'cloister help greet' shows its usage\n".formatted(problem));
        assertThat(shell.out()).isEmpty();
    }

    @Test
    void noCommand() {
        assertThat(shell.run()).isEqualTo(2);
        assertThat(shell.err()).isEqualTo("cloister: no command is given; 'cloister --help' lists all commands\n");
        assertThat(shell.trace).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"--help", "-h", "help"})
    void helpListsAllCommands(String help) {
        assertThat(shell.run(help)).isZero();
        assertThat(shell.out()).startsWith("Usage: cloister [-hV] COMMAND")
                .containsPattern("greet +Greets somebody\\.").contains("nothing").contains("Exit status");
        assertThat(shell.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"greet,--help", "greet,-h", "help,greet"})
    void helpOnACommand(String first, String second) {
        assertThat(shell.run(first, second)).isZero();
        assertThat(shell.out()).startsWith("Usage: cloister greet [-h]").contains("Greets somebody.", "--json");
        assertThat(shell.trace).containsExactly("make greet", "release greet");
    }

    @Test
    void aCommandThatIsNotReadyIsListedWithTheReason() {
        shell.with("later", () -> {
            throw new CommandFailure(1, "the command 'later' is not ready: it waits for X");
        });

        assertThat(shell.run("--help")).isZero();
        assertThat(shell.out()).containsPattern("later +\\(the command 'later' is not ready: it waits");
        assertThat(shell.run("later")).isEqualTo(1);
        assertThat(shell.err()).isEqualTo("cloister: the command 'later' is not ready: it waits for X\n");
        assertThat(shell.run("greet", "world")).as("others are not held up").isZero();
    }

    @Test
    void aCommandThatIsNoneHarmsNoOther() {
        shell.with("broken", () -> "100% text");

        assertThat(shell.run("broken")).isEqualTo(1);
        assertThat(shell.err()).startsWith("cloister: the command 'broken' is broken: ");
        assertThat(shell.run("help")).isZero();
        assertThat(shell.out()).contains("(the command 'broken' is broken:").contains("Greets somebody.");
    }

    @Test
    void version() {
        assertThat(shell.run("--version")).isZero();
        assertThat(shell.out()).isEqualTo("Cloister 1.2.3\n");
        assertThat(shell.trace).isEmpty();
    }

    @Test
    void boardIsSwitchedOnFirst() {
        shell.with("play", Nothing::new, "jacinto", "(a=b)", "(c=d)");

        assertThat(shell.run("play")).isZero();
        assertThat(shell.trace).containsExactly(
                "make play", "board jacinto", "await (a=b)", "await (c=d)", "release play");
    }

    @Test
    void boardIsChosenByOption() {
        shell.with("play", Nothing::new, "jacinto").with("own-board", OwnBoard::new, "jacinto");

        assertThat(shell.run("play", "--board", "lab")).isZero();
        assertThat(shell.run("own-board", "--board=lab")).isZero();
        assertThat(shell.run("own-board")).isZero();
        assertThat(shell.trace).filteredOn(step -> step.startsWith("board"))
                .containsExactly("board lab", "board lab", "board jacinto");
    }

    @Test
    void callsToFirmwareAreRecordedFromTheStart() {
        shell.with("play", Nothing::new, "jacinto").with("alloc", Nothing::new, "");

        assertThat(shell.run("play", "--board", "lab", "--trace", "x.trace")).isZero();
        assertThat(shell.trace).containsSubsequence("board lab", "record x.trace", "release play");
        assertThat(shell.run("alloc", "--trace", "x.trace")).isEqualTo(2);
        assertThat(shell.err()).isEqualTo(
                "cloister alloc: calls to firmware are recorded on emulated boards; choose one with --board\n");
    }

    @Test
    void boardThatIsNotThere() {
        shell.with("play", Nothing::new, "jacinto");

        assertThat(shell.run("play", "--board", "moon")).isEqualTo(2);
        assertThat(shell.err()).isEqualTo("cloister play: there is no board 'moon'\n");
    }

    @Test
    void helpSwitchesNothingOn() {
        shell.with("play", Nothing::new, "jacinto");

        assertThat(shell.run("play", "--help")).isZero();
        assertThat(shell.out()).contains("--board=BOARD", "(default: jacinto)");
        assertThat(shell.trace).containsExactly("make play", "release play");
    }

    @Test
    void helpOptionLeavesTheCommandsOwnAlone() {
        shell.with("own-board", OwnBoard::new);

        assertThat(shell.run("own-board", "--help")).isZero();
        assertThat(shell.run("own-board", "-h", "3")).isZero();
    }

    static Stream<Arguments> failures() {
        HeapException full =
                new HeapException(HeapError.NO_MEMORY, "allocate 3 MiB", "heap h", "it is full", "free some");
        HeapException unknown =
                new HeapException(HeapError.NO_SUCH_HEAP, "find", "heap h", "nobody\nserves it", "look");
        return Stream.of(
                Arguments.of(new CommandFailure(2, "it is so"), 2, "it is so"),
                Arguments.of(full, 1, "Cannot allocate 3 MiB: heap h: it is full; free some [NO_MEMORY, ENOMEM]"),
                Arguments.of(unknown, 2, "Cannot find: heap h: nobody serves it; look [NO_SUCH_HEAP, ENOENT]"),
                Arguments.of(new NoSuchFileException("a"), 2, "cannot read a: there is no such file; check the name"),
                Arguments.of(new UncheckedIOException(new AccessDeniedException("a")), 2,
                        "cannot read a: permission denied; ask its owner for the right to read it"),
                Arguments.of(new IOException("broken"), 2, "cannot read or write: broken; name a regular file"),
                Arguments.of(new IllegalStateException("a\n b"), 1,
                        "this should not have happened: java.lang.IllegalStateException: a b; please report it, with"
                                + " what it prints when run again with CLOISTER_LOG_LEVEL=DEBUG"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failureIsOneSentenceToo(Exception failure, int status, String sentence) {
        shell.with("fail", () -> new Fail(failure));

        assertThat(shell.run("fail")).isEqualTo(status);
        assertThat(shell.err()).isEqualTo("cloister fail: " + sentence + "\n");
        assertThat(shell.trace).endsWith("release fail");
    }
}
