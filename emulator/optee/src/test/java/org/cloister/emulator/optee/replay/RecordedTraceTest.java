// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import org.cloister.emulator.optee.ta.internal.InvokeTestsApplication;
import org.cloister.emulator.optee.ta.internal.SecureDataPathApplication;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.SmcTee;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.RecordingConduit;
import org.cloister.platform.layout.OpteeParameter;
import org.junit.jupiter.api.Test;

/** What is recorded of a run is replayed without a difference, and a difference is found. */
class RecordedTraceTest {
    private static List<String> record(TestMachine machine, Runnable run) {
        var out = new StringWriter();
        try (machine) {
            var recorder = new ArrayList<RecordingConduit>();
            machine.through(firmware -> {
                recorder.add(new RecordingConduit(firmware, machine.cpu(), new BufferedWriter(out)));
                return recorder.getFirst();
            });
            run.run();
            recorder.getFirst().close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toString().lines().toList();
    }

    private static List<String> recordFfa() {
        TestMachine machine = TestMachine.ffa().boot();
        return record(machine, () -> {
            FfaTee client = FfaTee.begin(machine);
            client.world().partitions();
            client.world().release();
            Memory normal = client.share(3 * TestMachine.PAGE);
            client.configuration(1, normal.out());
            Memory restricted = client.restricted(TestMachine.MIB, 1);
            use(client, normal, restricted, machine);
            client.giveBack(restricted);
            client.unshare(normal);
            machine.call(FfaFunction.RXTX_UNMAP);
        });
    }

    private static List<String> recordSmc() {
        TestMachine machine = TestMachine.smc().boot();
        return record(machine, () -> {
            machine.call(OpteeSmc.EXCHANGE_CAPABILITIES);
            machine.call(OpteeSmc.GET_SHM_CONFIG);
            SmcTee client = SmcTee.on(machine);
            Memory normal = client.share(3 * TestMachine.PAGE);
            Memory large = client.share(600L * TestMachine.PAGE);
            client.configuration(1, normal.out());
            Memory restricted = client.restricted(TestMachine.MIB, 1);
            use(client, normal, restricted, machine);
            use(client, large, restricted, machine);
            int session = client.session(SecureDataPathApplication.ID);
            Param list = client.list(normal);
            client.invoke(session, 0, (message, at) -> {
                list.write(message, at);
                OpteeParameter.value(message, at, OpteeParameter.TMEM_INPUT | OpteeParameter.NONCONTIGUOUS,
                        OpteeParameter.a(message, at), OpteeParameter.b(message, at),
                        OpteeParameter.c(message, at));
            }, restricted.out());
            client.giveBack(restricted);
            client.unshare(large);
        });
    }

    private static void use(TeeClient client, Memory normal, Memory restricted, TestMachine machine) {
        int session = client.session(SecureDataPathApplication.ID);
        int pseudo = client.session(InvokeTestsApplication.ID);
        for (int command = 0; command < 9; command += 3) {
            client.invoke(session, command, normal.param(Param.INPUT, 0, 4096), restricted.out());
            machine.firmware().interrupt();
            client.invoke(session, command + 1, restricted.inout());
            client.invoke(session, command + 2, restricted.param(Param.INPUT, 4095, 2), normal.out());
        }
        client.invoke(pseudo, 3, normal.in(), restricted.out());
        client.invoke(session, 1, restricted.param(Param.INOUT, TestMachine.MIB - 1, 2));
        client.invoke(99, 1);
        client.cancel(session);
        client.close(pseudo);
        client.close(session);
        client.close(session);
    }

    private static List<ReplayedCall> replay(FirmwareModel model, List<String> lines) {
        return GoldenTest.replay(model, "recorded", lines);
    }

    private static void assertSame(List<ReplayedCall> calls, int atLeast) {
        assertThat(calls).hasSizeGreaterThan(atLeast).allSatisfy(call -> assertThat(call.same())
                .as("line %d: %s answers %s, not %s", call.line(), call.call(), call.answer(), call.expected())
                .isTrue());
    }

    @Test
    void aRunOverFfaIsReplayed() {
        List<String> lines = recordFfa();
        assertThat(lines).first().isEqualTo(RecordingConduit.HEADER);
        assertSame(replay(FirmwareModel.OPTEE_FFA, lines), 30);
    }

    @Test
    void aRunOverSmcIsReplayed() {
        List<String> lines = recordSmc();
        assertThat(lines).anyMatch(line -> line.startsWith("list "));
        assertSame(replay(FirmwareModel.OPTEE_SMC, lines), 30);
    }

    @Test
    void aDifferenceInTheAnswerIsFound() {
        List<String> lines = new ArrayList<>(recordFfa());
        int answer = index(lines, "ffa< 84000070");
        lines.set(answer, lines.get(answer).replaceFirst("( [0-9a-f]+){3}$", " 0 0 7"));
        assertThat(replay(FirmwareModel.OPTEE_FFA, lines)).filteredOn(call -> !call.same()).singleElement()
                .satisfies(call -> assertThat(call.line()).isEqualTo(answer));
    }

    @Test
    void aDifferenceInTheMessageIsFound() {
        List<String> lines = new ArrayList<>(recordFfa());
        int message = index(lines, "msg< ");
        lines.set(message, lines.get(message).replaceFirst(": [0-9a-f]+", ": 77"));
        assertThat(replay(FirmwareModel.OPTEE_FFA, lines)).filteredOn(call -> !call.same()).hasSize(1);
    }

    private static int index(List<String> lines, String start) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(start)) {
                return i;
            }
        }
        throw new AssertionError("no line begins with " + start);
    }

    @Test
    void aFullDiskEndsTheTraceAndNotTheRun() {
        var disk = new Writer() {
            private int left = 1000;

            @Override
            public void write(char[] text, int from, int length) throws IOException {
                left -= length;
                if (left < 0) {
                    throw new IOException("No space left on device");
                }
            }

            @Override
            public void flush() {
                // nothing is held back
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
        try (TestMachine machine = TestMachine.ffa().boot()) {
            var recorder = new RecordingConduit(machine.conduit(), machine.cpu(), new BufferedWriter(disk));
            machine.through(_ -> recorder);
            for (int i = 0; i < 100; i++) {
                assertThat(machine.call(FfaFunction.ID_GET).w(0)).isEqualTo(FfaFunction.SUCCESS);
            }
            assertThatIOException().isThrownBy(recorder::close).withMessage("No space left on device");
            assertThatCode(recorder::close).as("it is told once").doesNotThrowAnyException();
            assertThat(machine.call(FfaFunction.ID_GET).w(0)).isEqualTo(FfaFunction.SUCCESS);
        }
    }

    @Test
    void aTraceWithoutAnswersOnlyAsks() {
        List<String> lines = recordFfa().stream()
                .filter(line -> !line.startsWith("ffa<") && !line.startsWith("msg<")).toList();
        assertThat(replay(FirmwareModel.OPTEE_FFA, lines)).hasSizeGreaterThan(30)
                .allSatisfy(call -> {
                    assertThat(call.expected()).isEmpty();
                    assertThat(call.same()).isTrue();
                });
    }
}
