// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The emulated firmware answers what real firmware answered, call by call. */
class GoldenTest {
    static List<String> lines(String resource) {
        try (InputStream stream = Objects.requireNonNull(GoldenTest.class.getResourceAsStream(resource), resource)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new AssertionError(resource, e);
        }
    }

    static List<ReplayedCall> replay(FirmwareModel model, String source, List<String> lines) {
        List<ReplayedCall> calls = new ArrayList<>();
        ReplayResult result = new TraceReplay(model, calls::add).replay(source, lines);
        assertThat(result.calls()).isEqualTo(calls.size());
        assertThat(result.differences()).isEqualTo((int) calls.stream().filter(call -> !call.same()).count());
        return calls;
    }

    private static Stream<DynamicTest> each(FirmwareModel model, String resource, int count) {
        List<ReplayedCall> calls = replay(model, resource, lines(resource));
        assertThat(calls).hasSize(count);
        return calls.stream().map(call -> DynamicTest.dynamicTest(
                call.name().orElse("line " + call.line()) + ": " + call.call(),
                () -> {
                    assertThat(call.expected()).isPresent();
                    assertThat(call.answer()).as("line %d", call.line()).satisfies(answer ->
                            assertThat(call.same()).as("got %s, expected %s", answer, call.expected().get()).isTrue());
                }));
    }

    @TestFactory
    Stream<DynamicTest> partitionManager() {
        return each(FirmwareModel.OPTEE_FFA, "ffa-optee-spmc.tsv", 240);
    }

    @TestFactory
    Stream<DynamicTest> fragments() {
        return each(FirmwareModel.OPTEE_FFA, "ffa-fragments.tsv", 17);
    }

    @TestFactory
    Stream<DynamicTest> wholeLifeOverFfa() {
        return each(FirmwareModel.OPTEE_FFA, "ffa-dyn.wire.txt", 42);
    }

    @TestFactory
    Stream<DynamicTest> wholeLifeOverSmc() {
        return each(FirmwareModel.OPTEE_SMC, "smc-dyn.wire.txt", 23);
    }

    @Test
    void aChangedAnswerIsADifference() {
        List<String> changed = lines("ffa-optee-spmc.tsv").stream()
                .map(line -> line.startsWith("share/total-zero\t") ? line.replace("fffffffe", "fffffffd") : line)
                .toList();
        assertThat(replay(FirmwareModel.OPTEE_FFA, "changed", changed))
                .filteredOn(call -> !call.same())
                .singleElement()
                .satisfies(call -> {
                    assertThat(call.name()).contains("share/total-zero");
                    assertThat(call.answer()).isEqualTo("84000060 0 fffffffe 0 0 0 0 0");
                    assertThat(call.expected()).contains("84000060 0 fffffffd 0 0 0 0 0");
                });
    }

    @Test
    void aChangedMessageIsADifference() {
        List<String> changed = lines("ffa-dyn.wire.txt").stream()
                .map(line -> line.startsWith("WT msg< 00000030: 0000000000001000") ? line.replace("40", "20") : line)
                .toList();
        assertThat(replay(FirmwareModel.OPTEE_FFA, "changed", changed)).filteredOn(call -> !call.same()).hasSize(2);
    }

    @Test
    void theOtherFirmwareKnowsNoneOfIt() {
        assertThat(replay(FirmwareModel.OPTEE_SMC, "ffa-dyn.wire.txt", lines("ffa-dyn.wire.txt")))
                .noneMatch(ReplayedCall::same);
    }

    @Test
    void aRecordingOfAnotherMemoryMapReplaysToo() {
        List<String> moved = lines("ffa-dyn.wire.txt").stream()
                .map(line -> line.replace("40c21000", "140c21000").replace("40c20000", "140c20000"))
                .map(line -> line.replaceAll("(mem 00000060:) (\\w{8}) 00000000 (.*)", "$1 $2 00000002 $3"))
                .toList();
        assertThat(moved).isNotEqualTo(lines("ffa-dyn.wire.txt"));
        assertThat(replay(FirmwareModel.OPTEE_FFA, "moved", moved).stream().filter(call -> !call.same()))
                .as("a range that is lent must be contiguous, on this machine too").isEmpty();
    }
}
