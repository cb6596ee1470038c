// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.SmcTee;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.dt.AddressRange;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that trusted applications manage: who can use it, and that nobody can pass it off as the normal world's. */
class ManagedMemoryTest {
    private static final long MIB = TestMachine.MIB;
    private static final long BLOCK = 0x5000_0000L;
    private static final AddressRange CARVE_OUT = new AddressRange(0x6000_0000L, MIB);
    private static final UUID MANAGER = new UUID(7, 1);
    private static final UUID OTHER = new UUID(7, 2);

    private Optional<TestMachine> on = Optional.empty();

    @AfterEach
    void switchOff() {
        on.ifPresent(TestMachine::close);
    }

    private TestMachine boot(TestMachine.Plan plan) {
        on = Optional.of(plan.board(board -> board.reserved("mine@60000000", node -> node.reg(CARVE_OUT).flag("no-map")
                .strings("cloister,grants", "secure:rw", "video-decoder:rw")
                .strings("cloister,trusted-application", MANAGER.toString()))).boot());
        return on.get();
    }

    /** An application that gives its platform away, and does what a test says when it is called. */
    private static final class Manager implements TrustedApplication {
        final AtomicReference<TaPlatform> platform = new AtomicReference<>();
        private final UUID uuid;
        private Runnable during = () -> { };
        private int access;

        Manager(UUID uuid) {
            this.uuid = uuid;
        }

        @Override
        public UUID uuid() {
            return uuid;
        }

        @Override
        public String name() {
            return "manager";
        }

        @Override
        public Set<TaFlag> flags() {
            return Set.of(TaFlag.SECURE_DATA_PATH, TaFlag.SINGLE_INSTANCE, TaFlag.KEEP_ALIVE, TaFlag.MULTI_SESSION);
        }

        @Override
        public TaInstance create(TaPlatform mine) {
            platform.set(mine);
            return call -> this::serve;
        }

        private int serve(int command, TaCall call) {
            TaMemory memory = call.memory(0);
            access = memory.check(TaMemory.ANY_OWNER | TaMemory.SECURE);
            during.run();
            memory.write(0, MemorySegment.ofArray(new byte[] {1, 2, 3}));
            return TeeCode.SUCCESS;
        }
    }

    private static Manager manager(TestMachine machine, TeeClient client, UUID uuid) {
        var manager = new Manager(uuid);
        assertThat(machine.add(manager)).isTrue();
        client.session(uuid);
        return manager;
    }

    private static void refused(HeapError error, ThrowingCallable call) {
        HeapException e = catchThrowableOfType(HeapException.class, call);
        assertThat(e).as("a refusal").isNotNull();
        assertThat(e.error()).as(e.getMessage()).isEqualTo(error);
    }

    private static void blocked(ThrowingCallable access) {
        assertThatExceptionOfType(BusFault.class).isThrownBy(access);
    }

    @Test
    void whatIsProtectedIsOutOfReachUntilItIsGivenBackAsZeros() {
        TestMachine machine = boot(TestMachine.smc());
        TaPlatform platform = manager(machine, SmcTee.on(machine), MANAGER).platform.get();
        machine.write(BLOCK, new byte[] {5, 5, 5});
        platform.protect(1, BLOCK, MIB);
        assertThat(platform.isNormalMemory(BLOCK + MIB - 4096, 8192)).isFalse();
        blocked(() -> machine.read(BLOCK, 3));
        machine.device("video-decoder").write(BLOCK, MemorySegment.ofArray(new byte[] {6}));
        platform.clear(BLOCK, MIB);
        platform.restore(BLOCK);
        assertThat(machine.read(BLOCK, 3)).containsOnly(0);
        assertThat(platform.isNormalMemory(BLOCK, MIB)).isTrue();
    }

    @Test
    void anotherApplicationReachesNothingOfIt() {
        TestMachine machine = boot(TestMachine.smc());
        SmcTee client = SmcTee.on(machine);
        TaPlatform mine = manager(machine, client, MANAGER).platform.get();
        TaPlatform others = manager(machine, client, OTHER).platform.get();
        mine.protect(1, BLOCK, MIB);
        refused(HeapError.INVALID_ARGUMENT, () -> others.restore(BLOCK));
        refused(HeapError.INVALID_ARGUMENT, () -> others.clear(BLOCK, 4096));
        refused(HeapError.INVALID_ARGUMENT, () -> others.protect(2, BLOCK + 4096, 4096));
        refused(HeapError.INVALID_ARGUMENT, () -> others.protectFor(2, Access.READ, BLOCK + 4096, 4096));
        assertThat(others.carveOuts()).isEmpty();
        refused(HeapError.INVALID_ARGUMENT, () -> others.clear(CARVE_OUT.base(), 4096));
    }

    @Test
    void aCarveOutIsItsApplicationsForGood() {
        TestMachine machine = boot(TestMachine.smc());
        TaPlatform platform = manager(machine, SmcTee.on(machine), MANAGER).platform.get();
        assertThat(platform.carveOuts()).containsExactly(CARVE_OUT);
        machine.device("video-decoder").write(CARVE_OUT.base(), MemorySegment.ofArray(new byte[] {9}));
        platform.clear(CARVE_OUT.base(), 4096);
        var found = MemorySegment.ofArray(new byte[] {1});
        machine.device("video-decoder").read(CARVE_OUT.base(), found);
        assertThat(found.get(ValueLayout.JAVA_BYTE, 0)).isZero();
        refused(HeapError.INVALID_ARGUMENT, () -> platform.restore(CARVE_OUT.base()));
        refused(HeapError.INVALID_ARGUMENT, () -> platform.protect(1, CARVE_OUT.base(), 4096));
        refused(HeapError.INVALID_ARGUMENT, () -> platform.clear(CARVE_OUT.base() - 4096, 8192));
    }

    @Test
    void aParameterFindsItByItsAddress() {
        TestMachine machine = boot(TestMachine.smc());
        SmcTee client = SmcTee.on(machine);
        Manager manager = manager(machine, client, MANAGER);
        manager.platform.get().protect(1, BLOCK, MIB);
        int session = client.session(MANAGER);
        for (long address : new long[] {BLOCK + 4096, CARVE_OUT.base()}) {
            Memory memory = new Memory(Memory.How.ADDRESS, address, 4096, 0);
            assertThat(client.invoke(session, 0, memory.out()).result()).isZero();
            assertThat(manager.access).isZero();
            byte[] seen = new byte[3];
            machine.device("video-decoder").read(address, MemorySegment.ofArray(seen));
            assertThat(seen).containsExactly(1, 2, 3);
        }
        for (long address : new long[] {BLOCK - 4096, BLOCK + MIB - 4096, CARVE_OUT.base() + MIB - 4096}) {
            Memory memory = new Memory(Memory.How.ADDRESS, address, 8192, 0);
            assertThat(client.invoke(session, 0, memory.out()).result()).isEqualTo(TeeCode.BAD_PARAMETERS);
        }
    }

    @Test
    void whatACallUsesIsNotGivenBack() {
        TestMachine machine = boot(TestMachine.smc());
        SmcTee client = SmcTee.on(machine);
        Manager manager = manager(machine, client, MANAGER);
        TaPlatform platform = manager.platform.get();
        platform.protect(1, BLOCK, MIB);
        manager.during = () -> refused(HeapError.BUSY, () -> platform.restore(BLOCK));
        Memory memory = new Memory(Memory.How.ADDRESS, BLOCK, 4096, 0);
        assertThat(client.invoke(client.session(MANAGER), 0, memory.out()).result()).isZero();
        platform.restore(BLOCK);
        assertThat(machine.read(BLOCK, 3)).containsOnly(0);
    }

    @Test
    void theNormalWorldCannotPassItOffAsItsOwnOverSmc() {
        TestMachine machine = boot(TestMachine.smc());
        SmcTee client = SmcTee.on(machine);
        manager(machine, client, MANAGER).platform.get().protect(1, BLOCK, MIB);
        String before = machine.firmware().describe();
        for (long address : new long[] {BLOCK, BLOCK + MIB - 4096, BLOCK - 4096}) {
            Memory memory = new Memory(Memory.How.COOKIE, address, 8192, 77);
            assertThat(client.register(memory)).isEqualTo(TeeCode.BAD_PARAMETERS);
            assertThat(client.lend(memory, 1)).isEqualTo(TeeCode.BAD_PARAMETERS);
        }
        assertThat(machine.call(OpteeSmc.CALL_WITH_ARG, 0, BLOCK).w(0)).isEqualTo(OpteeSmc.EBADADDR);
        assertThat(machine.firmware().describe()).isEqualTo(before);
    }

    @Test
    void theNormalWorldCannotPassItOffAsItsOwnOverFfa() {
        TestMachine machine = boot(TestMachine.ffa());
        FfaTee client = FfaTee.begin(machine);
        manager(machine, client, MANAGER).platform.get().protect(1, machine.take(MIB) + MIB, 64 * MIB);
        String before = machine.firmware().describe();
        assertThatThrownBy(() -> client.share(MIB)); // the helper finds no handle
        assertThatThrownBy(() -> client.lend(MIB, 1));
        assertThat(machine.firmware().describe()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsSharedIsNotProtected(boolean ffa) {
        TestMachine machine = boot(ffa ? TestMachine.ffa() : TestMachine.smc());
        var client = ffa ? FfaTee.begin(machine) : SmcTee.on(machine);
        TaPlatform platform = manager(machine, client, MANAGER).platform.get();
        Memory memory = client.share(8192);
        refused(HeapError.BUSY, () -> platform.protect(1, memory.address() & -MIB, MIB));
        assertThat(machine.read(memory.address(), 1)).containsExactly(0);
        Memory lent = client.restricted(MIB, 1);
        refused(HeapError.BUSY, () -> platform.protect(1, lent.address(), MIB));
        assertThat(client.giveBack(lent)).isTrue();
        platform.protect(1, lent.address(), MIB);
    }

    @ParameterizedTest
    @CsvSource({"0x50000000, 0", "0x50000000, 4095", "0x50000001, 4096", "0x10000000, 4096", "0x7ffff000, 8192",
            "0x0e100000, 4096", "0x50000000, -4096"})
    void onlyPagesOfNormalMemoryAreProtected(String address, long size) {
        TestMachine machine = boot(TestMachine.smc());
        TaPlatform platform = manager(machine, SmcTee.on(machine), MANAGER).platform.get();
        String before = machine.state();
        refused(HeapError.INVALID_ARGUMENT, () -> platform.protect(1, Long.decode(address), size));
        refused(HeapError.INVALID_ARGUMENT, () -> platform.protectFor(2, Access.READ, Long.decode(address), size));
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void memoryIsProtectedForOneDeviceAlone() {
        TestMachine machine = boot(TestMachine.smc());
        TaPlatform platform = manager(machine, SmcTee.on(machine), MANAGER).platform.get();
        platform.protectFor(3, Access.READ, BLOCK, MIB);
        var bytes = MemorySegment.ofArray(new byte[4]);
        machine.device("display").read(BLOCK, bytes);
        blocked(() -> machine.device("display").write(BLOCK, bytes));
        blocked(() -> machine.device("video-decoder").read(BLOCK, bytes));
        blocked(() -> machine.read(BLOCK, 1));
        platform.restore(BLOCK);
        machine.read(BLOCK, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 99, -1})
    void whatIsNoDeviceGetsNoMemory(int id) {
        TestMachine machine = boot(TestMachine.smc());
        TaPlatform platform = manager(machine, SmcTee.on(machine), MANAGER).platform.get();
        String before = machine.state();
        refused(HeapError.INVALID_ARGUMENT, () -> platform.protectFor(id, Access.READ, BLOCK, MIB));
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void regionsRunOutAndNothingChanges() {
        TestMachine machine = boot(TestMachine.smc().firewall("tzc-400"));
        TaPlatform platform = manager(machine, SmcTee.on(machine), MANAGER).platform.get();
        int left = platform.rangesLeft();
        for (int i = 0; i < left; i++) {
            platform.protect(1, BLOCK + i * MIB, MIB);
        }
        String before = machine.state();
        refused(HeapError.NO_REGION, () -> platform.protect(1, BLOCK + left * MIB, MIB));
        refused(HeapError.NO_REGION, () -> platform.protectFor(2, Access.READ, BLOCK + left * MIB, MIB));
        refused(HeapError.INVALID_ARGUMENT, () -> platform.protect(9, BLOCK + left * MIB, MIB));
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void whatADeadApplicationProtectedStaysProtected() {
        TestMachine machine = boot(TestMachine.smc());
        SmcTee client = SmcTee.on(machine);
        Manager manager = manager(machine, client, MANAGER);
        manager.platform.get().protect(1, BLOCK, MIB);
        machine.remove(manager);
        blocked(() -> machine.read(BLOCK, 1));
        assertThat(client.register(new Memory(Memory.How.COOKIE, BLOCK, 4096, 77)))
                .isEqualTo(TeeCode.BAD_PARAMETERS);
        assertThat(client.open(MANAGER, Param.none()).result()).isEqualTo(TeeCode.ITEM_NOT_FOUND);
    }
}
