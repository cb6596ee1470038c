// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.cloister.emulator.optee.replay.TraceReplay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayCommandTest {
    private static final String ASKS = "ffa> 84000063 10002 0 0 0 0 0 0\n";
    private static final String VERSION = ASKS + "ffa< 10002 0 0 0 0 0 0 0\n";
    private static final String REFUSED = "share/total-zero";

    @TempDir
    private Path folder;

    private final Shell shell = new Shell().with("replay", ReplayCommand::new);

    private String file(String text) {
        try {
            return Files.writeString(folder.resolve("recording"), text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String golden(String name) {
        try (InputStream in = Objects.requireNonNull(TraceReplay.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void unusable(String file, String... words) {
        assertThat(shell.run("replay", file, "--firmware", "optee-ffa", "--expect", "--json")).isEqualTo(2);
        assertThat(shell.out()).isEmpty();
        assertThat(shell.err().lines()).singleElement()
                .satisfies(line -> assertThat(line).startsWith("cloister replay: ").contains(words));
    }

    @ParameterizedTest
    @CsvSource({
        "ffa-optee-spmc.tsv, optee-ffa, 240",
        "ffa-fragments.tsv, optee-ffa, 17",
        "ffa-dyn.wire.txt, optee-ffa, 42",
        "smc-dyn.wire.txt, optee-smc, 23",
    })
    void whatRealFirmwareAnswered(String name, String firmware, int calls) {
        assertThat(shell.run("replay", file(golden(name)), "--firmware", firmware, "--expect", "--json")).isZero();
        assertThat(shell.err()).isEmpty();
        assertThat(shell.out().lines()).hasSize(calls + 1).last()
                .isEqualTo("{\"calls\":%d,\"differences\":0}".formatted(calls));
        assertThat(shell.out().lines().limit(calls)).allMatch(line -> line.endsWith("\"same\":true}"));
    }

    @Test
    void jsonOfAVector() {
        assertThat(shell.run("replay", file("v/one\t84000063 10002 0 0 0 0 0 0\t\t10002 0 0 0 0 0 0 0\n"),
                "--firmware=optee-ffa", "--json")).isZero();
        assertThat(shell.out()).isEqualTo("""
                {"name":"v/one","line":1,"call":"84000063 10002 0 0 0 0 0 0","answer":"10002 0 0 0 0 0 0 0",\
                "expected":"10002 0 0 0 0 0 0 0","same":true}
                {"calls":1,"differences":0}
                """);
    }

    @Test
    void jsonOfACallWhoseAnswerIsNotRecorded() {
        assertThat(shell.run("replay", file("# made by hand\n" + ASKS), "--firmware=optee-ffa", "--json")).isZero();
        assertThat(shell.out().lines()).first().isEqualTo("""
                {"line":2,"call":"84000063 10002 0 0 0 0 0 0","answer":"10002 0 0 0 0 0 0 0",\
                "expected":null,"same":true}""");
    }

    @Test
    void tableForPeople() {
        assertThat(shell.run("replay", file(VERSION), "--firmware=optee-ffa", "--expect")).isZero();
        assertThat(shell.out().lines().map(String::strip)).containsExactly(
                "LINE  NAME     REGISTERS, AND WHAT ELSE THE RECORDING HAS",
                "1        >  84000063 10002 0 0 0 0 0 0", "<  10002 0 0 0 0 0 0 0", "1 calls, 0 differences");
    }

    @Test
    void aDifferenceGivesStatusOneWhenComparing() {
        String changed = file(golden("ffa-optee-spmc.tsv").lines()
                .map(line -> line.startsWith(REFUSED + "\t") ? line.replace("fffffffe", "fffffffd") : line)
                .collect(Collectors.joining("\n")));

        assertThat(shell.run("replay", changed, "--firmware=optee-ffa", "--expect", "--json")).isOne();
        assertThat(shell.out().lines().filter(line -> line.endsWith("\"same\":false}"))).singleElement()
                .satisfies(line -> assertThat(line).contains(REFUSED, "\"expected\":\"84000060 0 fffffffd"));
        assertThat(shell.out()).endsWith("{\"calls\":240,\"differences\":1}\n");

        assertThat(shell.run("replay", changed, "--firmware=optee-ffa", "--expect")).isOne();
        assertThat(shell.out().lines().filter(line -> line.contains("was expected"))).singleElement()
                .satisfies(line -> assertThat(line.strip()).isEqualTo("!  84000060 0 fffffffd 0 0 0 0 0 was expected"));

        assertThat(shell.run("replay", changed, "--firmware=optee-ffa")).isZero();
        assertThat(shell.out()).doesNotContain("was expected").endsWith("240 calls\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# nothing\n"})
    void noCallAtAll(String text) {
        unusable(file(text), "line " + Math.max(1, text.lines().count()), "no call");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\u0000\u0001PNG | none of the words",
        "{} | none of the words",
        "ffa> 84000063 1000g | no hexadecimal number",
        "ffa> | 0 registers",
        "ffa< 1 0 | has an answer already",
        "mem 10001: 1 | within a page",
        "msg> : 1 | the offset",
    })
    void aLineThatIsNone(String line, String why) {
        unusable(file(VERSION + VERSION + line + "\n"), "line 5", why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "v/one;84000063 10002;;10002 0 0 0 0 0 0 0 | 2 registers",
        "v/one;84000063 x 0 0 0 0 0 0;;10002 0 0 0 0 0 0 0 | is no number",
        "v/one;84000063 1 0 0 0 0 0 0 | fields",
        "v/one;;;10002 0 0 0 0 0 0 0 | no call",
        "v/one;84000063 1 0 0 0 0 0 0;0;10002 0 0 0 0 0 0 0 | no content of a buffer",
        "v/one;84000063 1 0 0 0 0 0 0;;10002 0 0 0 0 0 0 0;1 | registers",
    })
    void aVectorThatIsNone(String vector, String why) {
        String good = "v/one\t84000063 10002 0 0 0 0 0 0\t\t10002 0 0 0 0 0 0 0\n";
        unusable(file(good + vector.replace(';', '\t') + "\n"), "line 2", why);
    }

    @Test
    void aTraceIsWholeOrRefusedWhereverItIsCut() {
        for (String name : List.of("ffa-dyn.wire.txt", "smc-dyn.wire.txt")) {
            String firmware = name.startsWith("ffa") ? "optee-ffa" : "optee-smc";
            List<String> lines = golden(name).lines().toList();
            for (int left = 4; left < lines.size(); left++) { // from the first call that is answered
                List<String> cut = lines.subList(0, left);
                boolean between = lines.get(left).contains("STEP") || cut.getLast().contains("STEP");
                int status = shell.run("replay", file(String.join("\n", cut)), "--firmware", firmware, "--expect");
                assertThat(status).as("%s up to line %d: %s", name, left, shell.err()).isIn(0, 2);
                if (status == 2) {
                    assertThat(shell.out()).isEmpty();
                    assertThat(shell.err()).contains("line ");
                } else {
                    assertThat(between || lines.get(left).matches(".*(ffa>|smc>|msg>|mem|rpc>).*"))
                            .as("%s may end at line %d", name, left).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ffa> 84000063 10002 0 0 0 0 0 0 | 3 | this call has no answer",
        "ffa> 84000063 10002 0 0 0 0 0 0;ffa< 10002 0 0 | 3 | 3 registers, not at least 8",
        "mem 00000000: 00000001 | 3 | ends before the call",
        "STEP x;mem-desc 30;mem 00000000: 00000001 | 4 | ends before the call",
        "msg> 00000000: 0 0;ffa> 8400006f 1 0 0 0 0 0 0;ffa< 84000070 0 0 0 0 0 0 0 | 4 | lacks the word at 10",
    })
    void aRecordThatIsCut(String lines, int line, String why) {
        unusable(file(VERSION + lines.replace(';', '\n') + "\n"), "line " + line, why);
    }

    @Test
    void theOtherFirmwareThatAnswersAsRecordedIsNamed() {
        String trace = file(golden("ffa-dyn.wire.txt"));
        assertThat(shell.run("replay", trace, "--firmware=optee-static", "--expect")).isOne();
        assertThat(shell.err()).isEqualTo(
                "cloister replay: optee-ffa answers as recorded; try --firmware optee-ffa\n");
        assertThat(shell.run("replay", trace, "--firmware=optee-static")).isZero();
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void nothingToCompareWith() {
        unusable(file(ASKS), "has no answer to compare with");
    }

    @Test
    void noFile() {
        unusable(folder.resolve("nosuch").toString(), "there is no such file");
        unusable(folder.toString(), "name a regular file");
    }

    @Test
    void aFirmwareThatIsNotThere() {
        assertThat(shell.run("replay", file(VERSION), "--firmware", "hafnium")).isEqualTo(2);
        assertThat(shell.err()).isEqualTo(
                "cloister replay: there is no firmware 'hafnium'; choose optee-ffa or optee-smc or optee-static\n");
        assertThat(shell.run("replay", file(VERSION))).isEqualTo(2);
        assertThat(shell.err()).contains("--firmware");
    }
}
