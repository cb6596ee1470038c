// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.cloister.emulator.optee.testing.FfaWorld.assertRefused;
import static org.cloister.emulator.optee.testing.FfaWorld.assertSuccess;
import static org.cloister.emulator.optee.testing.TestMachine.MIB;

import java.util.concurrent.atomic.AtomicReference;
import org.cloister.emulator.optee.testing.Descriptor;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.FfaWorld;
import org.cloister.emulator.optee.testing.FlakyMachine;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.SmcTee;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.BusFault;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.Test;

/** Lending and taking back when a step fails, and what others see while a step is under way. */
class LendingFailuresTest {
    private final AtomicReference<FlakyMachine> flaky = new AtomicReference<>();

    private TestMachine boot(TestMachine.Plan plan) {
        return plan.wrapped(machine -> {
            flaky.set(new FlakyMachine(machine));
            return flaky.get();
        }).boot();
    }

    @Test
    void whatIsNotProtectedIsNotTakenOverFfa() {
        try (TestMachine machine = boot(TestMachine.ffa())) {
            FfaTee client = FfaTee.begin(machine);
            String before = machine.state();
            long address = machine.take(MIB);
            flaky.get().protectFails(true);
            assertRefused(client.world().lend(Descriptor.lend(FfaVersion.V1_2, 1, address, 256)),
                    FfaStatus.INVALID_PARAMETERS);
            assertThat(machine.state()).isEqualTo(before);
            machine.write(address, new byte[] {1});
            flaky.get().protectFails(false);
            assertSuccess(client.world().lend(Descriptor.lend(FfaVersion.V1_2, 1, address, 256)));
        }
    }

    @Test
    void whatIsNotGivenBackStaysTakenOverFfa() {
        try (TestMachine machine = boot(TestMachine.ffa())) {
            FfaTee client = FfaTee.begin(machine);
            Memory lent = client.restricted(MIB, 1);
            String before = machine.state();
            flaky.get().restoreFails(true);
            assertRefused(client.world().reclaim(lent.reference()), FfaStatus.DENIED);
            assertThat(machine.state()).isEqualTo(before);
            assertThatExceptionOfType(BusFault.class).isThrownBy(() -> machine.read(lent.address(), 1));
            flaky.get().restoreFails(false);
            assertThat(client.giveBack(lent)).isTrue();
        }
    }

    @Test
    void whatIsNotProtectedIsNotTakenOverSmc() {
        try (TestMachine machine = boot(TestMachine.smc())) {
            SmcTee client = SmcTee.on(machine);
            Memory wanted = new Memory(Memory.How.COOKIE, machine.take(MIB), MIB, 5);
            String before = machine.state();
            flaky.get().protectFails(true);
            assertThat(client.lend(wanted, 1)).isEqualTo(TeeCode.BAD_PARAMETERS);
            assertThat(machine.state()).isEqualTo(before);
            flaky.get().protectFails(false);
            assertThat(client.lend(wanted, 1)).isEqualTo(TeeCode.SUCCESS);
        }
    }

    @Test
    void whatIsNotGivenBackStaysTakenOverSmc() {
        try (TestMachine machine = boot(TestMachine.smc())) {
            SmcTee client = SmcTee.on(machine);
            Memory lent = client.restricted(MIB, 1);
            String before = machine.state();
            flaky.get().restoreFails(true);
            assertThat(client.reclaim(lent.reference())).isEqualTo(TeeCode.GENERIC);
            assertThat(machine.state()).isEqualTo(before);
            flaky.get().restoreFails(false);
            assertThat(client.giveBack(lent)).isTrue();
        }
    }

    @Test
    void memoryThatIsBeingTakenIsNobodysYet() {
        try (TestMachine machine = boot(TestMachine.ffa())) {
            FfaTee client = FfaTee.begin(machine);
            FfaWorld world = client.world();
            long handle = 1L << 44 | 1;
            flaky.get().meanwhile(() -> {
                flaky.get().meanwhile(() -> { });
                assertRefused(world.reclaim(handle), FfaStatus.INVALID_PARAMETERS);
                assertThat(client.assign(handle, 1)).isEqualTo(TeeCode.ITEM_NOT_FOUND);
            });
            Memory lent = client.lend(MIB, 1);
            assertThat(lent.reference()).isEqualTo(handle);
            assertThat(client.assign(handle, 1)).isEqualTo(TeeCode.SUCCESS);
        }
    }

    @Test
    void memoryThatIsBeingGivenBackIsNobodysAnyMore() {
        try (TestMachine machine = boot(TestMachine.ffa())) {
            FfaTee client = FfaTee.begin(machine);
            FfaWorld world = client.world();
            Memory lent = client.lend(MIB, 1);
            flaky.get().meanwhile(() -> {
                flaky.get().meanwhile(() -> { });
                assertRefused(world.reclaim(lent.reference()), FfaStatus.DENIED);
                assertThat(client.assign(lent.reference(), 1)).isEqualTo(TeeCode.ITEM_NOT_FOUND);
                assertRefused(world.share(Descriptor.share(FfaVersion.V1_2, lent.address())),
                        FfaStatus.INVALID_PARAMETERS);
                assertThat(client.share(TestMachine.PAGE).reference()).isNotEqualTo(lent.reference());
            });
            assertSuccess(world.reclaim(lent.reference()));
            assertRefused(world.reclaim(lent.reference()), FfaStatus.INVALID_PARAMETERS);
        }
    }
}
