// SPDX-License-Identifier: Apache-2.0
package org.cloister.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cloister.delivery.DeliveredProgram.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that try trusted firmware, in the framework that the program is delivered with. */
@Timeout(300)
class FirmwareCommandsTest {
    private static final Path GOLDEN =
            Path.of("../emulator/optee/src/test/resources/org/cloister/emulator/optee/replay");

    @TempDir
    private Path scratch;

    private Outcome run(String... arguments) throws Exception {
        return new DeliveredProgram(scratch).run(DeliveredProgram.felix(), arguments);
    }

    private Outcome replay(List<String> lines, String firmware) throws Exception {
        Path file = Files.write(scratch.resolve("trace"), lines);
        return run("replay", file.toString(), "--firmware", firmware, "--expect");
    }

    private static List<String> golden(String name) throws Exception {
        return new ArrayList<>(Files.readAllLines(GOLDEN.resolve(name)));
    }

    private static int last(List<String> lines, String pattern) {
        int at = lines.size() - 1;
        while (!lines.get(at).matches(pattern)) {
            at--;
        }
        return at;
    }

    @ParameterizedTest
    @ValueSource(strings = {"virt-optee", "virt-optee-smc", "virt-optee-static"})
    void theSecureDataPathHolds(String board) throws Exception {
        Outcome outcome = run("sdp", "--board", board, "--loops", "5", "--json");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        List<String> cases = outcome.out().lines().toList();
        assertThat(cases.stream().filter(one -> one.contains("\"verdict\":\"ok\",\"expected\":\"ok\""))).hasSize(4);
        assertThat(cases.stream().filter(one -> one.contains("\"verdict\":\"refused\",\"expected\":\"refused\"")))
                .hasSize(6);
        assertThat(cases).hasSize(10);
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void aBoardWithoutTrustedOsHasNoSecureDataPath() throws Exception {
        Outcome outcome = run("sdp", "--board", "jacinto");
        assertThat(outcome.status()).isOne();
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines()).singleElement().asString().contains("which is no trusted OS");
    }

    @ParameterizedTest
    @CsvSource({"ffa-dyn.wire.txt, optee-ffa, 42", "smc-dyn.wire.txt, optee-smc, 23"})
    void whatRealFirmwareAnsweredIsAnswered(String name, String firmware, int calls) throws Exception {
        Outcome outcome = replay(golden(name), firmware);
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines()).last().asString().startsWith(calls + " calls, 0 differences");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void anAnswerThatWasChangedIsFound() throws Exception {
        List<String> lines = golden("ffa-dyn.wire.txt");
        int answer = last(lines, ".*ffa< .*");
        lines.set(answer, lines.get(answer) + "7"); // behind its last register, which is 0
        Outcome outcome = replay(lines, "optee-ffa");
        assertThat(outcome.status()).isOne();
        assertThat(outcome.out().lines().filter(line -> line.contains("was expected"))).singleElement().asString()
                .endsWith(" 7 was expected");
    }

    @Test
    void aTraceThatIsCutIsRefusedBeforeAnythingIsCalled() throws Exception {
        List<String> lines = golden("ffa-dyn.wire.txt");
        int call = last(lines, ".*ffa> .*");
        Outcome outcome = replay(lines.subList(0, call + 1), "optee-ffa");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines()).singleElement().asString().startsWith("cloister replay: ")
                .contains("line " + (call + 1), "has no answer");
    }
}
