// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.cloister.emulator.optee.testing.FfaWorld.assertRefused;
import static org.cloister.emulator.optee.testing.FfaWorld.assertSuccess;
import static org.cloister.emulator.optee.testing.TestMachine.MIB;
import static org.cloister.emulator.optee.testing.TestMachine.PAGE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.cloister.emulator.optee.testing.Descriptor;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.FfaWorld;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory over FF-A, from when it is shared or lent to when it is taken back. */
class MemoryLifeTest {
    private static final FfaVersion V = FfaVersion.V1_2;
    private static final long HANDLE_BIT = 1L << 44;
    private static final long HEAP = 160 * 1024;

    private final TestMachine machine = TestMachine.ffa().boot();
    private final FfaTee client = FfaTee.begin(machine);
    private final FfaWorld world = client.world();

    @AfterEach
    void switchOff() {
        machine.close();
    }

    @Test
    void handlesAreTheLowestFree() {
        List<Memory> shared = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            shared.add(client.share(PAGE));
        }
        assertThat(shared).extracting(Memory::reference).containsExactly(
                HANDLE_BIT | 1, HANDLE_BIT | 2, HANDLE_BIT | 3, HANDLE_BIT | 4);
        assertSuccess(world.reclaim(HANDLE_BIT | 2));
        assertThat(client.share(PAGE).reference()).isEqualTo(HANDLE_BIT | 2);
        assertThat(client.share(PAGE).reference()).isEqualTo(HANDLE_BIT | 5);
    }

    @Test
    void thereAreSixtyFourHandles() {
        for (int i = 1; i < 64; i++) {
            client.share(PAGE);
        }
        String before = machine.state();
        assertRefused(world.share(Descriptor.share(V, machine.page())), FfaStatus.NO_MEMORY);
        assertRefused(world.lend(Descriptor.lend(V, 1, machine.take(MIB), 256)), FfaStatus.NO_MEMORY);
        assertThat(machine.state()).isEqualTo(before);
        assertSuccess(world.reclaim(HANDLE_BIT | 63));
        assertThat(client.lend(MIB, 1).reference()).isEqualTo(HANDLE_BIT | 63);
    }

    @Test
    void theHeapBoundsWhatCanBeShared() {
        int pages = (int) (HEAP / 8);
        String before = machine.state();
        assertRefused(world.share(Descriptor.sharing(V).range(machine.take((long) pages * PAGE), pages)),
                FfaStatus.NO_MEMORY);
        assertThat(machine.state()).isEqualTo(before);
        assertSuccess(world.share(Descriptor.sharing(V).range(machine.take(64 * MIB), 16_384)));
        // what is lent is contiguous and costs next to nothing
        assertSuccess(world.lend(Descriptor.lend(V, 1, machine.take(128 * MIB), 32_768)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, HANDLE_BIT | 1, HANDLE_BIT | 63, HANDLE_BIT | 64, -1, HANDLE_BIT << 1, 1L << 63})
    void anUnknownHandleIsNotTakenBack(long handle) {
        String before = machine.state();
        assertRefused(world.reclaim(handle), FfaStatus.INVALID_PARAMETERS);
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void memoryIsTakenBackOnce() {
        Memory shared = client.share(PAGE);
        assertSuccess(world.reclaim(shared.reference()));
        assertRefused(world.reclaim(shared.reference()), FfaStatus.INVALID_PARAMETERS);
        Memory lent = client.lend(MIB, 1);
        assertSuccess(world.reclaim(lent.reference()));
        assertRefused(world.reclaim(lent.reference()), FfaStatus.INVALID_PARAMETERS);
    }

    @Test
    void aReclaimHasNoFlags() {
        Memory lent = client.lend(MIB, 1);
        // x3 are the flags, of which OP-TEE wants none
        assertRefused(machine.call(FfaFunction.MEM_RECLAIM, lent.reference() & 0xFFFFFFFFL, lent.reference() >>> 32, 1),
                FfaStatus.INVALID_PARAMETERS);
        assertSuccess(world.reclaim(lent.reference()));
    }

    @Test
    void messagesKeepTheirMemoryUntilItIsUnregistered() {
        assertThat(client.configuration(1, client.share(PAGE).out()).result()).isEqualTo(TeeCode.SUCCESS);
        assertRefused(world.reclaim(client.messages().reference()), FfaStatus.DENIED);
        assertThat(client.unregister(client.messages())).isZero();
        assertSuccess(world.reclaim(client.messages().reference()));
    }

    @Test
    void lentMemoryIsRestrictedUntilItIsTakenBack() {
        Memory lent = client.restricted(MIB, 1);
        assertThatExceptionOfType(BusFault.class).isThrownBy(() -> machine.read(lent.address(), 1));
        assertThatExceptionOfType(BusFault.class)
                .isThrownBy(() -> machine.read(lent.address() + lent.size() - 1, 1));
        machine.read(lent.address() - 1, 1);
        machine.read(lent.address() + lent.size(), 1);
        machine.device("video-decoder").fill(lent.address(), lent.size(), (byte) 0x5A);

        assertThat(client.giveBack(lent)).isTrue();
        assertThat(machine.read(lent.address(), (int) lent.size())).isEqualTo(new byte[(int) lent.size()]);
    }

    @Test
    void aSecondUseCaseHasOtherUsers() {
        Memory lent = client.restricted(MIB, 2);
        assertThatExceptionOfType(BusFault.class)
                .isThrownBy(() -> machine.device("video-decoder").fill(lent.address(), 1, (byte) 1));
        assertThatExceptionOfType(BusFault.class)
                .isThrownBy(() -> machine.device("display").fill(lent.address(), 1, (byte) 1));
        byte[] seen = new byte[16];
        machine.device("display").read(lent.address(), MemorySegment.ofArray(seen));
        assertThat(seen).containsOnly(0);
    }

    @Test
    void whatIsLentForNothingStaysOpen() {
        long address = machine.take(MIB);
        assertSuccess(world.lend(Descriptor.lend(V, 0, address, 256)));
        machine.write(address, new byte[] {1});
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 4, 0x7FFFFFFF, 0x80000000L, 0xFFFFFFFFL})
    void anUnknownUseCaseIsRefused(long useCase) {
        String before = machine.state();
        assertRefused(world.lend(Descriptor.lend(V, useCase, machine.take(MIB), 256)), FfaStatus.NO_MEMORY);
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void lentMemoryIsLentOnceAndNotShared() {
        Memory lent = client.lend(MIB, 1);
        String before = machine.state();
        for (long at : new long[] {lent.address(), lent.address() + lent.size() - PAGE}) {
            assertRefused(world.lend(Descriptor.lend(V, 1, at, 1)), FfaStatus.INVALID_PARAMETERS);
            assertRefused(world.lend(Descriptor.lend(V, 2, at, 2)), FfaStatus.INVALID_PARAMETERS);
            assertRefused(world.share(Descriptor.share(V, at)), FfaStatus.INVALID_PARAMETERS);
        }
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void sharedMemoryIsNotLent() {
        Memory shared = client.share(4 * PAGE);
        String before = machine.state();
        assertRefused(world.lend(Descriptor.lend(V, 1, shared.address() + 3 * PAGE, 1)),
                FfaStatus.INVALID_PARAMETERS);
        assertRefused(world.lend(Descriptor.lend(V, 1, shared.address() - PAGE, 8)), FfaStatus.INVALID_PARAMETERS);
        assertThat(machine.state()).isEqualTo(before);
        machine.read(shared.address(), 1);
        // but it may be shared twice
        assertSuccess(world.share(Descriptor.share(V, shared.address())));
    }

    @Test
    void theFirewallsRegionsBoundWhatCanBeLent() {
        try (TestMachine small = TestMachine.ffa().firewall("tzc-400").boot()) {
            FfaTee driver = FfaTee.begin(small);
            int left = small.soc().firewall().budget().left();
            List<Memory> lent = new ArrayList<>();
            for (int i = 0; i < left; i++) {
                lent.add(driver.lend(MIB, 1));
            }
            String before = small.state();
            long address = small.take(MIB);
            assertRefused(driver.world().lend(Descriptor.lend(V, 1, address, 256)), FfaStatus.INVALID_PARAMETERS);
            assertThat(small.state()).isEqualTo(before);
            small.write(address, new byte[] {1});

            assertSuccess(driver.world().reclaim(lent.get(left / 2).reference()));
            assertSuccess(driver.world().lend(Descriptor.lend(V, 1, address, 256)));
        }
    }

    @Test
    void memoryThatSomebodyHoldsIsNotTaken() {
        long address = machine.take(MIB);
        try (var window = machine.cpu().open(address + PAGE, PAGE, Access.READ)) {
            String before = machine.state();
            assertRefused(world.lend(Descriptor.lend(V, 1, address, 256)), FfaStatus.INVALID_PARAMETERS);
            assertThat(machine.state()).isEqualTo(before);
            assertThat(window.length()).isEqualTo(PAGE);
        }
        assertSuccess(world.lend(Descriptor.lend(V, 1, address, 256)));
    }

    @Test
    void memoryThatADeviceHoldsIsNotTakenBack() {
        Memory lent = client.restricted(MIB, 1);
        try (var window = machine.device("video-decoder").open(lent.address(), PAGE, Access.READ)) {
            String before = machine.state();
            assertRefused(world.reclaim(lent.reference()), FfaStatus.DENIED);
            assertThat(machine.state()).isEqualTo(before);
            assertThatExceptionOfType(BusFault.class).isThrownBy(() -> machine.read(lent.address(), 1));
            assertThat(window.length()).isEqualTo(PAGE);
        }
        assertSuccess(world.reclaim(lent.reference()));
    }

    @Test
    void assigningSaysWhatLentMemoryIsFor() {
        Memory lent = client.lend(MIB, 2);
        assertThat(client.assign(lent.reference(), 1)).isEqualTo(TeeCode.BAD_PARAMETERS);
        assertThat(client.assign(lent.reference(), 2)).isEqualTo(TeeCode.SUCCESS);
        assertThat(client.assign(lent.reference(), 2)).isEqualTo(TeeCode.BUSY);
        assertThat(client.assign(lent.reference() + 1, 2)).isEqualTo(TeeCode.ITEM_NOT_FOUND);
        assertThat(client.assign(client.share(PAGE).reference(), 2)).isEqualTo(TeeCode.ITEM_NOT_FOUND);
        assertThat(client.assign(client.messages().reference(), 2)).isEqualTo(TeeCode.BUSY);
    }

    @Test
    void releasingForgetsNothingThatIsNotThere() {
        assertThat(world.request(OpteeFfa.RELEASE_PROTMEM, 0x99, 0x1000).w(3)).isZero();
        assertThat(world.request(OpteeFfa.UNREGISTER_SHM, 0x99, 0x1000).w(3)).isZero();
    }

    @Test
    void rangesMayBeMany() {
        Descriptor scattered = Descriptor.sharing(V);
        Descriptor contiguous = Descriptor.lending(V, 1);
        long address = machine.take(MIB);
        for (int i = 0; i < 200; i++) {
            scattered.range(machine.page() + 2L * PAGE * i, 1);
            contiguous.range(address + (long) i * PAGE, 1);
        }
        assertSuccess(world.share(scattered));
        assertSuccess(world.lend(contiguous));
        assertThatExceptionOfType(BusFault.class).isThrownBy(() -> machine.read(address + 199L * PAGE, 1));
        machine.read(address + 200L * PAGE, 1);
    }
}
