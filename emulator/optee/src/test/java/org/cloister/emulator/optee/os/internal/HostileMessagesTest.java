// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.cloister.emulator.optee.ta.internal.InvokeTestsApplication;
import org.cloister.emulator.optee.ta.internal.SecureDataPathApplication;
import org.cloister.emulator.optee.testing.Boards;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.Seeds;
import org.cloister.emulator.optee.testing.SmcTee;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.ContentSample;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random messages: no exception, no hang, no change of memory where one is refused, and service goes on. What an
 * application refuses may have changed the application.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileMessagesTest {
    private static final int MESSAGES = 300;
    private static final int COMMANDS = 14;
    private static final long[] NUMBERS = {0, 1, 2, 3, 7, 8, 63, 64, 4095, 4096, 4097, 0x7FFFFFFF, 0x80000000L,
            0xFFFFFFFFL, TestMachine.MIB, TestMachine.MIB - 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, TestMachine.FREE,
            TestMachine.SECURE_RAM, TestMachine.RESERVED, TestMachine.STATIC, 1L << 44};
    private static final List<UUID> APPLICATIONS = List.of(SecureDataPathApplication.ID, InvokeTestsApplication.ID,
            ContentSample.APPLICATION, UUID.fromString("7011a688-ddde-4053-a5a9-7b3c4ddf13b8"),
            UUID.fromString("f04a0fe7-1f5d-4b9b-abf7-619b85b4ce8c"), new UUID(1, 2));

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void overFfa(long seed) {
        attack(seed, Boards.FFA);
    }

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void overSmc(long seed) {
        attack(seed, Boards.SMC);
    }

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void withStaticMemory(long seed) {
        attack(seed, Boards.STATIC);
    }

    private static void attack(long seed, Boards board) {
        Random random = new Random(seed);
        try (TestMachine machine = board.boot()) {
            TeeClient client = board.client(machine);
            List<Memory> memory = new ArrayList<>(List.of(
                    client.share(3 * TestMachine.PAGE), client.restricted(TestMachine.MIB, 1)));
            client.requests(message -> answer(random, client, message));
            for (int i = 0; i < MESSAGES; i++) {
                String before = memory(machine);
                Reply reply = send(random, client, memory);
                if (reply.code() != 0 || reply.result() != 0 && reply.origin() != 4) {
                    assertThat(memory(machine)).as(Seeds.rerun(HostileMessagesTest.class, seed)).isEqualTo(before);
                }
            }
            assertThat(machine.state()).startsWith("threads FREE FREE").doesNotContain("uses 1");
            Reply reply = client.open(SecureDataPathApplication.ID);
            assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(TeeCode.SUCCESS));
        } catch (RuntimeException e) {
            throw new AssertionError(Seeds.rerun(HostileMessagesTest.class, seed), e);
        }
    }

    /** What is known of memory, but for what was used once, which also calls change that are refused. */
    private static String memory(TestMachine machine) {
        return machine.state().lines()
                .filter(line -> !line.contains("session"))
                .map(line -> line.replaceAll("registered \\w+", ""))
                .collect(Collectors.joining("\n"));
    }

    private static Reply send(Random random, TeeClient client, List<Memory> memory) {
        if (random.nextInt(8) == 0) {
            MemorySegment noise = MemorySegment.ofArray(new long[TestMachine.PAGE / Long.BYTES]);
            for (long at = 0; at < noise.byteSize(); at += Long.BYTES) {
                noise.setAtIndex(ValueLayout.JAVA_LONG, at / Long.BYTES,
                        random.nextBoolean() ? number(random) : random.nextLong());
            }
            OpteeMessage.write(noise, 0, random.nextInt(COMMANDS), random.nextInt(10), 1 + random.nextInt(3), 0,
                    random.nextInt(8));
            return client.send(noise);
        }
        if (random.nextInt(4) == 0) {
            UUID application = APPLICATIONS.get(random.nextInt(APPLICATIONS.size()));
            return client.open(application, random.nextInt(8), parameters(random, memory));
        }
        if (random.nextInt(3) == 0) {
            return client.invoke(1 + random.nextInt(6), random.nextInt(10), parameters(random, memory));
        }
        return client.send(random.nextInt(COMMANDS), random.nextInt(10), random.nextInt(6),
                parameters(random, memory));
    }

    private static Param[] parameters(Random random, List<Memory> memory) {
        Param[] all = new Param[random.nextInt(6)];
        for (int i = 0; i < all.length; i++) {
            Memory some = memory.get(random.nextInt(memory.size()));
            all[i] = switch (random.nextInt(6)) {
                case 0 -> Param.none();
                case 1 -> Param.value(1 + random.nextInt(3), number(random), number(random));
                case 2 -> some.param(1 + random.nextInt(3), number(random), number(random));
                case 3 -> some.param(1 + random.nextInt(3), 0, Math.min(some.size(), 4096));
                case 4 -> Param.raw(random.nextInt(13) | random.nextInt(4) << 8, number(random), number(random),
                        some.reference());
                default -> Param.raw(random.nextLong(), number(random), number(random), number(random));
            };
        }
        return all;
    }

    private static long number(Random random) {
        return NUMBERS[random.nextInt(NUMBERS.length)] + (random.nextInt(4) == 0 ? random.nextInt(33) - 16 : 0);
    }

    private static void answer(Random random, TeeClient client, MemorySegment message) {
        if (random.nextBoolean()) {
            client.serve(message);
        } else {
            OpteeMessage.result(message, 0, random.nextBoolean() ? 0 : (int) number(random));
            OpteeParameter.value(message, OpteeMessage.paramAt(0, 0), random.nextInt(16) | random.nextInt(4) << 8,
                    number(random), number(random), number(random));
        }
    }

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void randomCallsOverSmc(long seed) {
        Random random = new Random(seed);
        int[] functions = {OpteeSmc.CALL_WITH_ARG, OpteeSmc.CALL_WITH_RPC_ARG, OpteeSmc.CALL_WITH_REGD_ARG,
                OpteeSmc.RETURN_FROM_RPC};
        try (TestMachine machine = TestMachine.smc().boot()) {
            SmcTee client = SmcTee.on(machine);
            client.share(TestMachine.PAGE);
            SmcRegisters registers = new SmcRegisters();
            for (int i = 0; i < 4 * MESSAGES; i++) {
                String before = machine.state();
                int function = random.nextInt(3) == 0 ? 0xB2000000 | random.nextInt(32)
                        : functions[random.nextInt(functions.length)];
                registers.function(random.nextInt(10) == 0 ? random.nextInt() : function);
                for (int x = 1; x < SmcRegisters.COUNT; x++) {
                    registers.set(x, random.nextBoolean() ? random.nextInt(4) : number(random));
                }
                int called = registers.w(0);
                machine.conduit().call(registers);
                boolean refused = registers.w(0) != OpteeSmc.OK && !OpteeSmc.isRpc(registers.w(0));
                // which answers like that when it has done what it should
                boolean disables = called == OpteeSmc.DISABLE_SHM_CACHE;
                if (refused && !disables) {
                    assertThat(machine.state()).as(Seeds.rerun(HostileMessagesTest.class, seed)).isEqualTo(before);
                }
            }
            assertThat(client.close(5).result()).isEqualTo(TeeCode.ITEM_NOT_FOUND);
        } catch (RuntimeException e) {
            throw new AssertionError(Seeds.rerun(HostileMessagesTest.class, seed), e);
        }
    }
}
