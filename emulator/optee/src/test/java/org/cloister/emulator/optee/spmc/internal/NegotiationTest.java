// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.optee.testing.FfaWorld.assertRefused;
import static org.cloister.emulator.optee.testing.FfaWorld.assertSuccess;

import java.lang.foreign.MemorySegment;
import java.util.UUID;
import java.util.stream.IntStream;
import org.cloister.emulator.optee.testing.Descriptor;
import org.cloister.emulator.optee.testing.FfaWorld;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcCode;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaPartition;
import org.cloister.platform.layout.FfaVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What depends on the version of FF-A that the two sides agree on, and what a caller learns about the other side. */
class NegotiationTest {
    private static final UUID OPTEE = UUID.fromString("486178e0-e7f8-11e3-bc5e-0002a5d5c51b");

    private final TestMachine machine = TestMachine.ffa().boot();
    private final FfaWorld world = new FfaWorld(machine);

    @AfterEach
    void switchOff() {
        machine.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x10000, 0x10001, 0x10002, 0x10003, 0x1FFFF, 0x20000, 0, 0x7FFFFFFF})
    void theNewestVersionIsAnsweredToAny(int asked) {
        SmcRegisters answer = machine.call(FfaFunction.VERSION, asked);

        assertThat(answer.x(0)).isEqualTo(0x10002);
        assertThat(IntStream.range(1, 8).mapToLong(answer::x)).containsOnly(0L);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80000000, 0x80010001, 0xFFFFFFFF})
    void aVersionWithTheTopBitIsNone(int asked) {
        assertThat(machine.call(FfaFunction.VERSION, asked & 0xFFFFFFFFL).w(0))
                .isEqualTo(FfaStatus.NOT_SUPPORTED.code());
    }

    @ParameterizedTest
    @EnumSource(FfaVersion.class)
    void aDescriptorOfTheNegotiatedVersionIsTaken(FfaVersion version) {
        world.begin(version);

        assertThat(FfaWorld.handle(world.share(Descriptor.share(version, TestMachine.FREE)))).isEqualTo(1L << 44);
        assertThat(FfaWorld.handle(world.lend(Descriptor.lend(version, 1, TestMachine.FREE + TestMachine.MIB, 256))))
                .isEqualTo(1L << 44 | 1);
    }

    @ParameterizedTest
    @EnumSource(FfaVersion.class)
    void theStrictPersonalityTakesWhatDriversSend(FfaVersion version) {
        try (TestMachine strict = TestMachine.ffa().strict().boot()) {
            FfaWorld driver = new FfaWorld(strict).begin(version);
            assertSuccess(driver.partitions());
            assertSuccess(driver.release());
            long shared = FfaWorld.handle(driver.share(Descriptor.share(version, TestMachine.FREE)));
            long lent = FfaWorld.handle(
                    driver.lend(Descriptor.lend(version, 1, TestMachine.FREE + TestMachine.MIB, 256)));
            assertSuccess(driver.reclaim(lent));
            assertSuccess(driver.reclaim(shared));
            assertSuccess(strict.call(FfaFunction.RXTX_UNMAP));
            assertThat(strict.firmware().lastBrokenRule()).isEmpty();
        }
    }

    @Test
    void aDescriptorOfAnotherVersionIsNotUnderstood() {
        world.begin(FfaVersion.V1_0);
        assertRefused(world.share(Descriptor.share(FfaVersion.V1_1, TestMachine.FREE)),
                FfaStatus.INVALID_PARAMETERS);
        assertRefused(world.share(Descriptor.share(FfaVersion.V1_2, TestMachine.FREE)),
                FfaStatus.INVALID_PARAMETERS);

        machine.call(FfaFunction.VERSION, FfaVersion.V1_2.word());
        assertRefused(world.share(Descriptor.share(FfaVersion.V1_0, TestMachine.FREE)),
                FfaStatus.INVALID_PARAMETERS);
        // later headers say how long a receiver is, so that both of these are understood
        assertSuccess(world.share(Descriptor.share(FfaVersion.V1_1, TestMachine.FREE)));
        assertSuccess(world.share(Descriptor.share(FfaVersion.V1_2, TestMachine.FREE)));
    }

    @Test
    void anotherMajorVersionChangesNothing() {
        world.begin(FfaVersion.V1_1);
        String before = machine.state();
        machine.call(FfaFunction.VERSION, 0x20000);
        machine.call(FfaFunction.VERSION, 0);

        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void partitionsOfTheFirstVersionAreShort() {
        world.begin(FfaVersion.V1_0);
        machine.write(FfaWorld.RX, new byte[] {1, 1, 1, 1, 1, 1, 1, 1, 1});
        SmcRegisters answer = world.partitions();

        assertSuccess(answer);
        assertThat(answer.x(2)).isEqualTo(1);
        assertThat(answer.x(3)).isZero();
        MemorySegment info = MemorySegment.ofArray(machine.read(FfaWorld.RX, 9));
        assertThat(FfaPartition.endpoint(info, 0)).isEqualTo(Descriptor.OS);
        assertThat(FfaPartition.properties(info, 0)).isEqualTo(3);
        assertThat(machine.read(FfaWorld.RX + 8, 1)).containsExactly(1);
    }

    @ParameterizedTest
    @EnumSource(value = FfaVersion.class, names = {"V1_1", "V1_2"})
    void partitionsOfLaterVersionsHaveAUuid(FfaVersion version) {
        world.begin(version);
        SmcRegisters answer = world.partitions();

        assertSuccess(answer);
        assertThat(answer.x(2)).isEqualTo(1);
        assertThat(answer.x(3)).isEqualTo(FfaPartition.SIZE);
        MemorySegment info = MemorySegment.ofArray(machine.read(FfaWorld.RX, FfaPartition.SIZE));
        assertThat(FfaPartition.endpoint(info, 0)).isEqualTo(Descriptor.OS);
        assertThat(FfaPartition.properties(info, 0)).isEqualTo(
                FfaPartition.RECEIVES_DIRECT | FfaPartition.SENDS_DIRECT | FfaPartition.AARCH64);
        assertThat(FfaPartition.uuid(info, 0)).isEqualTo(OPTEE);
    }

    @Test
    void partitionsAreFoundByUuid() {
        world.begin(FfaVersion.V1_2);
        assertThat(byUuid(OPTEE, 1).x(2)).isEqualTo(1);
        assertThat(byUuid(new UUID(OPTEE.getMostSignificantBits(), 0), 1).x(2)).isZero();
        assertThat(byUuid(OPTEE, 0).x(2)).isEqualTo(1);
        assertSuccess(world.release());
        assertThat(byUuid(new UUID(1, 2), 0).x(2)).isZero();
    }

    private SmcRegisters byUuid(UUID uuid, int flags) {
        long high = Long.reverseBytes(uuid.getMostSignificantBits());
        long low = Long.reverseBytes(uuid.getLeastSignificantBits());
        SmcRegisters answer = machine.call(FfaFunction.PARTITION_INFO_GET, high & 0xFFFFFFFFL, high >>> 32,
                low & 0xFFFFFFFFL, low >>> 32, flags);
        assertSuccess(answer);
        return answer;
    }

    static IntStream served() {
        return IntStream.of(FfaFunction.ERROR, FfaFunction.SUCCESS, FfaFunction.INTERRUPT, FfaFunction.VERSION,
                FfaFunction.FEATURES, FfaFunction.RX_RELEASE, FfaFunction.RXTX_MAP,
                FfaFunction.wide(FfaFunction.RXTX_MAP), FfaFunction.RXTX_UNMAP, FfaFunction.PARTITION_INFO_GET,
                FfaFunction.SPM_ID_GET, FfaFunction.DIRECT_REQUEST, FfaFunction.wide(FfaFunction.DIRECT_REQUEST),
                FfaFunction.MEM_SHARE, FfaFunction.wide(FfaFunction.MEM_SHARE), FfaFunction.MEM_RECLAIM,
                FfaFunction.MEM_FRAG_TX, FfaFunction.NOTIFICATION_BITMAP_CREATE,
                FfaFunction.NOTIFICATION_BITMAP_DESTROY, FfaFunction.NOTIFICATION_BIND,
                FfaFunction.NOTIFICATION_UNBIND, FfaFunction.NOTIFICATION_SET, FfaFunction.NOTIFICATION_GET,
                FfaFunction.NOTIFICATION_INFO_GET, FfaFunction.wide(FfaFunction.NOTIFICATION_INFO_GET));
    }

    @ParameterizedTest
    @MethodSource("served")
    void aFeatureThatIsThereIsAffirmed(int function) {
        assertSuccess(machine.call(FfaFunction.FEATURES, function & 0xFFFFFFFFL));
    }

    static IntStream unserved() {
        return IntStream.of(FfaFunction.MEM_LEND, FfaFunction.wide(FfaFunction.MEM_LEND), FfaFunction.MEM_DONATE,
                FfaFunction.MEM_RETRIEVE_REQUEST, FfaFunction.MEM_RELINQUISH, FfaFunction.MEM_FRAG_RX,
                FfaFunction.MSG_WAIT, FfaFunction.MSG_YIELD, FfaFunction.RUN, FfaFunction.MSG_SEND2,
                FfaFunction.DIRECT_RESPONSE, FfaFunction.NS_RES_INFO_GET, FfaFunction.ABORT,
                FfaFunction.PARTITION_INFO_GET_REGS, FfaFunction.RX_ACQUIRE, FfaFunction.ID_GET, 0x840000FF,
                0x84000000, 0, 1, 4, 0xFF);
    }

    @ParameterizedTest
    @MethodSource("unserved")
    void aFeatureThatIsNotListedIsDenied(int feature) {
        machine.call(FfaFunction.VERSION, FfaVersion.V1_2.word());
        assertRefused(machine.call(FfaFunction.FEATURES, feature & 0xFFFFFFFFL), FfaStatus.NOT_SUPPORTED);
    }

    @Test
    void featuresTellTheInterruptOfNotifications() {
        SmcRegisters answer = machine.call(FfaFunction.FEATURES, 2);
        assertSuccess(answer);
        assertThat(answer.x(2)).isEqualTo(8);
        assertSuccess(machine.call(FfaFunction.FEATURES, 3));
    }

    @ParameterizedTest
    @EnumSource(FfaVersion.class)
    void extendedDirectRequestsAreAFeatureOfTheLatestVersion(FfaVersion version) {
        machine.call(FfaFunction.VERSION, version.word());
        SmcRegisters answer = machine.call(FfaFunction.FEATURES, FfaFunction.DIRECT_REQUEST2 & 0xFFFFFFFFL);
        if (version == FfaVersion.V1_2) {
            assertSuccess(answer);
        } else {
            assertRefused(answer, FfaStatus.NOT_SUPPORTED);
        }
    }

    @Test
    void endpointsHaveIds() {
        SmcRegisters own = machine.call(FfaFunction.ID_GET);
        assertSuccess(own);
        assertThat(own.x(2)).isZero();
        SmcRegisters manager = machine.call(FfaFunction.SPM_ID_GET);
        assertSuccess(manager);
        assertThat(manager.x(2)).isEqualTo(0x8000);
    }

    @ParameterizedTest
    @ValueSource(ints = {FfaFunction.MSG_WAIT, FfaFunction.MSG_YIELD, FfaFunction.MEM_DONATE, FfaFunction.MSG_SEND2,
            FfaFunction.MEM_RETRIEVE_REQUEST, FfaFunction.MEM_RETRIEVE_RESPONSE, FfaFunction.MEM_RELINQUISH,
            FfaFunction.MEM_FRAG_RX, FfaFunction.NOTIFICATION_SET, FfaFunction.RX_ACQUIRE,
            FfaFunction.NS_RES_INFO_GET, FfaFunction.MEM_PERM_GET, FfaFunction.MEM_PERM_SET,
            FfaFunction.CONSOLE_LOG, FfaFunction.PARTITION_INFO_GET_REGS, FfaFunction.SECONDARY_EP_REGISTER,
            FfaFunction.DIRECT_RESPONSE, FfaFunction.DIRECT_REQUEST2, FfaFunction.DIRECT_RESPONSE2,
            FfaFunction.EL3_INTR_HANDLE, FfaFunction.ABORT, FfaFunction.INTERRUPT, 0x84000078, 0x84000079})
    void whatIsNotServedIsNotSupported(int function) {
        world.begin(FfaVersion.V1_1);
        String before = machine.state();
        assertRefused(machine.call(function), FfaStatus.NOT_SUPPORTED);
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void resumingTheNormalWorldIsTheSecureWorldsCall() {
        assertRefused(machine.call(FfaFunction.NORMAL_WORLD_RESUME), FfaStatus.DENIED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x8001, 0x8000})
    void nobodyIsPreempted(int endpoint) {
        assertRefused(machine.call(FfaFunction.RUN, (long) endpoint << 16), FfaStatus.INVALID_PARAMETERS);
    }

    @Test
    void nobodyElseCanRun() {
        assertRefused(machine.call(FfaFunction.RUN, 0x8002L << 16), FfaStatus.NOT_SUPPORTED);
    }

    @Test
    void callsOfOthersAreUnknown() {
        assertThat(machine.call(0x32000004).w(0)).isEqualTo(SmcCode.UNKNOWN);
        assertThat(machine.call(0xB2000001).w(0)).isEqualTo(SmcCode.UNKNOWN);
        assertThat(machine.call(0x84000000).w(0)).isEqualTo(SmcCode.UNKNOWN);
        assertThat(machine.call(SmcCode.VERSION).w(0)).isEqualTo(0x10005);
    }
}
