// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.cloister.emulator.optee.testing.Descriptor;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.FfaWorld;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Seeds;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.BusFault;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random calls of FF-A: no exception, no hang, no change where a call is refused, and service goes on. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileCallsTest {
    private static final int CALLS = 400;
    private static final long[] NUMBERS = {0, 1, 2, 8, 15, 16, 32, 48, 64, 80, 96, 112, 255, 256, 4095, 4096, 4097,
            0x7FFF, 0x8000, 0x8001, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000L, 0xFFFFFFFFL, 1L << 44, -1,
            Long.MIN_VALUE, TestMachine.FREE, TestMachine.SECURE_RAM, FfaWorld.TX, FfaWorld.RX};

    private final SmcRegisters registers = new SmcRegisters();

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void opteeStaysAsItIs(long seed) {
        attack(seed, TestMachine.ffa());
    }

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void soDoesTheStrictPersonality(long seed) {
        attack(seed, TestMachine.ffa().strict());
    }

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void soDoesWhatTakesFragments(long seed) {
        attack(seed, TestMachine.ffa().fragments());
    }

    private void attack(long seed, TestMachine.Plan plan) {
        Random random = new Random(seed);
        try (TestMachine machine = plan.boot()) {
            FfaTee client = FfaTee.begin(machine);
            Memory witness = client.restricted(TestMachine.MIB, 1);
            int accepted = 0;
            for (int i = 0; i < CALLS; i++) {
                String before = memory(machine);
                choose(random, machine);
                int function = registers.w(0);
                String call = registers.toString();
                machine.conduit().call(registers);
                boolean refused = registers.w(0) == FfaFunction.ERROR
                        || FfaFunction.narrow(registers.w(0)) == FfaFunction.DIRECT_RESPONSE && registers.w(3) != 0;
                accepted += refused ? 0 : 1;
                if (refused && function != FfaFunction.MEM_FRAG_TX) {
                    assertThat(memory(machine)).as("%s after %s; %s", registers, call,
                            Seeds.rerun(HostileCallsTest.class, seed)).isEqualTo(before);
                }
            }
            assertThat(accepted).as("calls that are not all wrong").isGreaterThan(CALLS / 20);
            works(seed, machine, client, witness);
        } catch (RuntimeException e) {
            throw new AssertionError(Seeds.rerun(HostileCallsTest.class, seed), e);
        }
    }

    /** State, but for what OP-TEE changes also by calls that it refuses: who has the RX buffer, what was used once. */
    private static String memory(TestMachine machine) {
        return machine.state()
                .replaceAll("caller-has-rx \\w+", "")
                .replaceAll("registered \\w+", "");
    }

    private void choose(Random random, TestMachine machine) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> transaction(random, machine);
            case 3 -> {
                registers.function(FfaFunction.MEM_RECLAIM).setPair(1, 2, 1L << 44 | 1 + random.nextInt(70));
                if (random.nextInt(4) == 0) {
                    registers.set(1 + random.nextInt(7), number(random));
                }
            }
            case 4 -> {
                // any function but those that suspend: a call that waits is tested elsewhere
                registers.function(0x84000060 + random.nextInt(0x32) | random.nextInt(2) << 30);
                fill(random);
                registers.set(1, registers.x(1) & ~0xFFFFL);
            }
            case 5 -> {
                registers.function(random.nextInt());
                fill(random);
            }
            case 6 -> {
                registers.function(FfaFunction.DIRECT_REQUEST).setW(1, Descriptor.OS);
                registers.setW(3, random.nextInt(12) | (random.nextInt(4) == 0 ? OpteeFfa.YIELDING : 0));
                registers.set(4, random.nextInt(70)).set(5, random.nextBoolean() ? 0x1000 : number(random));
                registers.set(6, number(random)).set(7, number(random));
                if (registers.w(3) == OpteeFfa.UNREGISTER_SHM || registers.w(3) == OpteeFfa.RELEASE_PROTMEM) {
                    registers.set(4, 2 + random.nextInt(70));
                }
            }
            default -> {
                registers.function(FfaFunction.wide(FfaFunction.RXTX_MAP));
                registers.set(1, FfaWorld.TX).set(2, FfaWorld.RX).set(3, 1);
                registers.set(1 + random.nextInt(7), number(random));
            }
        }
    }

    private void fill(Random random) {
        for (int i = 1; i < SmcRegisters.COUNT; i++) {
            registers.set(i, random.nextInt(3) == 0 ? random.nextLong() : number(random));
        }
    }

    private static long number(Random random) {
        return NUMBERS[random.nextInt(NUMBERS.length)] + (random.nextInt(4) == 0 ? random.nextInt(33) - 16 : 0);
    }

    /** A transaction that is right, or nearly so. */
    private void transaction(Random random, TestMachine machine) {
        FfaVersion version = FfaVersion.values()[random.nextInt(FfaVersion.values().length)];
        boolean share = random.nextBoolean();
        Descriptor descriptor = share ? Descriptor.sharing(version) : Descriptor.lending(version, random.nextInt(4));
        long at = TestMachine.FREE + TestMachine.MIB * (16 + random.nextInt(64));
        int ranges = 1 + random.nextInt(4);
        for (int i = 0; i < ranges; i++) {
            int pages = 1 + random.nextInt(3);
            descriptor.range(at, pages);
            at += (long) pages * TestMachine.PAGE;
        }
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            long where = random.nextLong(descriptor.length() - 8);
            switch (random.nextInt(4)) {
                case 0 -> descriptor.u8(where, random.nextInt());
                case 1 -> descriptor.u16(where & ~1, (int) number(random));
                case 2 -> descriptor.u32(where & ~3, (int) number(random));
                default -> descriptor.u64(where & ~7, number(random));
            }
        }
        try {
            machine.cpu().write(FfaWorld.TX, descriptor.bytes());
        } catch (BusFault lent) {
            // the TX buffer was lent away; what is in it is looked at all the same
        }
        int function = share ? FfaFunction.MEM_SHARE : FfaFunction.MEM_LEND;
        registers.function(random.nextBoolean() ? FfaFunction.wide(function) : function)
                .set(1, descriptor.length()).set(2, descriptor.length());
        switch (random.nextInt(8)) {
            case 0 -> registers.set(1, number(random));
            case 1 -> registers.set(2, number(random));
            case 2 -> registers.set(3, FfaWorld.TX).set(4, random.nextInt(3));
            case 3 -> registers.set(3 + random.nextInt(5), number(random));
            default -> { }
        }
    }

    private static void works(long seed, TestMachine machine, FfaTee client, Memory witness) {
        for (int handle = 0; handle < 64; handle++) {
            if ((1L << 44 | handle) != client.messages().reference()) {
                client.world().reclaim(1L << 44 | handle);
            }
        }
        machine.call(FfaFunction.VERSION, FfaVersion.V1_2.word());
        machine.call(FfaFunction.RXTX_UNMAP);
        FfaWorld.assertSuccess(client.world().map());
        assertThat(client.close(5).result()).as(Seeds.rerun(HostileCallsTest.class, seed))
                .isEqualTo(TeeCode.ITEM_NOT_FOUND);
        assertThat(machine.read(witness.address(), 8)).containsOnly(0);
        assertThat(machine.state()).startsWith("threads FREE FREE");
    }
}
