// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.testing.Await;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.FfaWorld;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.SmcTee;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestApplication;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.OpteeRpc;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Requests of the trusted OS, and a normal world that answers them badly. */
class RequestsTest {
    private static final int SIZE = 3 * TestMachine.PAGE;
    private static final long AT = OpteeMessage.paramAt(0, 0);

    /** Gets memory of the normal world and leaves a mark in it. */
    private static TestApplication asking() {
        return new TestApplication(1, (command, call) -> {
            TaMemory memory = call.allocateShared(SIZE);
            assertThat(memory.size()).isEqualTo(SIZE);
            memory.write(0, MemorySegment.ofArray(new byte[] {1}));
            memory.write(SIZE - 1, MemorySegment.ofArray(new byte[] {2}));
            return TeeCode.SUCCESS;
        });
    }

    private static Reply ask(TestMachine machine, TeeClient client) {
        TestApplication application = asking();
        machine.add(application);
        return client.invoke(client.session(application.uuid()), 0);
    }

    @Test
    void memoryIsHadOverFfa() {
        try (TestMachine machine = TestMachine.ffa().boot()) {
            FfaTee client = FfaTee.begin(machine);
            var given = new Memory[1];
            client.requests(message -> {
                client.serve(message);
                if (OpteeMessage.command(message, 0) == OpteeRpc.SHM_FREE) {
                    long handle = OpteeParameter.b(message, AT);
                    assertThat(machine.read(given[0].address(), 1)).containsExactly(1);
                    assertThat(machine.read(given[0].address() + SIZE - 1, 1)).containsExactly(2);
                    // it was unregistered before, so that it can be taken back
                    FfaWorld.assertSuccess(client.world().reclaim(handle));
                } else {
                    given[0] = client.share(SIZE);
                    OpteeParameter.shared(message, AT, OpteeParameter.RMEM_OUTPUT, 0, 0, SIZE, given[0].reference());
                }
            });
            assertThat(ask(machine, client).result()).isEqualTo(TeeCode.SUCCESS);
            assertThat(client.requests()).containsExactly(OpteeRpc.SHM_ALLOC, OpteeRpc.SHM_FREE);
        }
    }

    @Test
    void memoryIsHadOverSmc() {
        try (TestMachine machine = TestMachine.smc().boot()) {
            SmcTee client = SmcTee.on(machine);
            assertThat(ask(machine, client).result()).isEqualTo(TeeCode.SUCCESS);
            assertThat(client.requests()).containsExactly(OpteeRpc.SHM_ALLOC, OpteeRpc.SHM_FREE);
            assertThat(machine.state()).contains("heap 0");
        }
    }

    @Test
    void withoutRoomForRequestsMemoryForThemIsAsked() {
        try (TestMachine machine = TestMachine.smc().boot()) {
            SmcTee client = SmcTee.withoutRoom(machine);
            assertThat(ask(machine, client).result()).isEqualTo(TeeCode.SUCCESS);
            assertThat(client.requests()).containsExactly(OpteeRpc.SHM_ALLOC, OpteeRpc.SHM_FREE);
            assertThat(client.freed()).hasSize(1);
        }
    }

    @Test
    void memoryForRequestsIsKeptWhereThatIsAllowed() {
        try (TestMachine machine = TestMachine.smc().boot()) {
            SmcTee client = SmcTee.withoutRoom(machine);
            assertThat(machine.call(OpteeSmc.ENABLE_SHM_CACHE).w(0)).isEqualTo(OpteeSmc.OK);
            assertThat(ask(machine, client).result()).isEqualTo(TeeCode.SUCCESS);
            assertThat(client.freed()).isEmpty();
            SmcRegisters kept = machine.call(OpteeSmc.DISABLE_SHM_CACHE);
            assertThat(kept.w(0)).isEqualTo(OpteeSmc.OK);
            assertThat(kept.pair(2, 1) & 7).isEqualTo(4);
            assertThat(machine.call(OpteeSmc.DISABLE_SHM_CACHE).w(0)).isEqualTo(OpteeSmc.ENOTAVAIL);
            assertThat(machine.state()).contains("heap 0");
        }
    }

    @Test
    void whoLeavesRoomGetsWhatWasKeptBack() {
        try (TestMachine machine = TestMachine.smc().boot()) {
            SmcTee frugal = SmcTee.withoutRoom(machine);
            machine.call(OpteeSmc.ENABLE_SHM_CACHE);
            assertThat(ask(machine, frugal).result()).isEqualTo(TeeCode.SUCCESS);
            SmcTee client = SmcTee.on(machine);
            client.close(99);
            assertThat(client.freed()).hasSize(1);
        }
    }

    @Test
    void withoutMemoryForRequestsThereIsNone() {
        try (TestMachine machine = TestMachine.smc().boot()) {
            SmcTee client = SmcTee.withoutRoom(machine);
            client.giveNoMemory();
            assertThat(TeeCode.name(ask(machine, client).result()))
                    .isEqualTo(TeeCode.name(TeeCode.OUT_OF_MEMORY));
            assertThat(client.requests()).isEmpty();
        }
    }

    private static Consumer<MemorySegment> answer(int result, long attributes, long a, long size, long reference) {
        return message -> {
            OpteeMessage.result(message, 0, result);
            OpteeParameter.value(message, AT, attributes, a, size, reference);
        };
    }

    private static Map<String, Consumer<MemorySegment>> badAnswers() {
        Map<String, Consumer<MemorySegment>> all = new TreeMap<>();
        all.put("a refusal", answer(TeeCode.OUT_OF_MEMORY, 0, 0, 0, -1));
        all.put("nothing at all", message -> { });
        all.put("success with the request unchanged", message -> OpteeMessage.result(message, 0, TeeCode.SUCCESS));
        all.put("a null reference", answer(0, OpteeParameter.RMEM_OUTPUT, 0, SIZE, -1));
        all.put("an unknown handle", answer(0, OpteeParameter.RMEM_OUTPUT, 0, SIZE, 0x1000_0000_0033L));
        all.put("an address without a list", answer(0, OpteeParameter.TMEM_OUTPUT, TestMachine.FREE, SIZE, 5));
        all.put("memory of the secure world", answer(0, OpteeParameter.TMEM_OUTPUT, TestMachine.SECURE_RAM, 4096, 5));
        all.put("reserved memory that ends early", answer(0, OpteeParameter.TMEM_OUTPUT,
                TestMachine.RESERVED + TestMachine.RESERVED_SIZE - 4096, SIZE, 5));
        all.put("a list in the secure world", answer(0, OpteeParameter.TMEM_OUTPUT | OpteeParameter.NONCONTIGUOUS,
                TestMachine.SECURE_RAM, SIZE, 5));
        all.put("no parameters", message ->
                OpteeMessage.write(message, 0, OpteeRpc.SHM_ALLOC, 0, 0, 0, 0));
        all.put("a wild number of parameters", message ->
                OpteeMessage.write(message, 0, OpteeRpc.SHM_ALLOC, 0, 0, 0, -1));
        return all;
    }

    @TestFactory
    Stream<DynamicTest> badAnswersAreNoMemory() {
        return badAnswers().entrySet().stream().flatMap(bad -> Stream.of(true, false).map(ffa ->
                DynamicTest.dynamicTest(bad.getKey() + (ffa ? " over FF-A" : " over SMC"), () -> {
                    try (TestMachine machine = (ffa ? TestMachine.ffa() : TestMachine.smc()).boot()) {
                        TeeClient client = ffa ? FfaTee.begin(machine) : SmcTee.on(machine);
                        client.requests(message -> {
                            if (OpteeMessage.command(message, 0) == OpteeRpc.SHM_ALLOC) {
                                bad.getValue().accept(message);
                            }
                        });
                        assertThat(TeeCode.name(ask(machine, client).result()))
                                .isEqualTo(TeeCode.name(TeeCode.OUT_OF_MEMORY));
                        assertThat(machine.state()).startsWith("threads FREE FREE").doesNotContain("uses 1");
                    }
                })));
    }

    @Test
    void lentMemoryIsNoSharedMemory() {
        try (TestMachine machine = TestMachine.ffa().boot()) {
            FfaTee client = FfaTee.begin(machine);
            Memory restricted = client.restricted(TestMachine.MIB, 1);
            Memory small = client.share(TestMachine.PAGE);
            for (Memory wrong : new Memory[] {restricted, small}) {
                client.requests(message -> {
                    OpteeMessage.result(message, 0, TeeCode.SUCCESS);
                    if (OpteeMessage.command(message, 0) == OpteeRpc.SHM_ALLOC) {
                        OpteeParameter.shared(message, AT, OpteeParameter.RMEM_OUTPUT, 0, 0, SIZE, wrong.reference());
                    } else {
                        assertThat(OpteeParameter.b(message, AT)).isEqualTo(wrong.reference());
                    }
                });
                assertThat(TeeCode.name(ask(machine, client).result()))
                        .isEqualTo(TeeCode.name(TeeCode.OUT_OF_MEMORY));
            }
        }
    }

    @Test
    void nobodyIsLeftWaitingWhenTheBoardGoesOff() throws InterruptedException {
        TestMachine machine = TestMachine.ffa().boot();
        FfaTee client = FfaTee.begin(machine);
        TestApplication application = asking();
        machine.add(application);
        int session = client.session(application.uuid());
        SmcRegisters asked = client.sendFirst(OpteeMessage.INVOKE_COMMAND, 0, session);
        assertThat(asked.w(4)).isEqualTo(1);
        Thread off = Thread.ofPlatform().start(machine::close);
        off.join();
        Await.until("the firmware is off", () -> {
            try {
                client.resume(asked.x(7));
                return false;
            } catch (HeapException e) {
                return true;
            }
        });
    }
}
