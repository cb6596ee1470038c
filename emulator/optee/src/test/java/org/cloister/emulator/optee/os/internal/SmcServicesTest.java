// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.cloister.emulator.optee.testing.SmcTee;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.conduit.OpteeRpc;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcCode;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls of OP-TEE's own interface. */
class SmcServicesTest {
    private static final int DYNAMIC = OpteeSmc.CAP_RESERVED_SHM | OpteeSmc.CAP_DYNAMIC_SHM | OpteeSmc.CAP_MEMREF_NULL
            | OpteeSmc.CAP_ASYNC_NOTIF | OpteeSmc.CAP_RPC_ARG | OpteeSmc.CAP_RPMB_PROBE
            | OpteeSmc.CAP_DYNAMIC_PROTMEM;

    private final TestMachine machine = TestMachine.smc().boot();

    @AfterEach
    void switchOff() {
        machine.close();
    }

    @Test
    void whoAnswersIsTold() {
        assertThat(words(machine.call(OpteeSmc.CALLS_UID)))
                .containsExactly(0x384fb3e0, 0xe7f811e3, 0xaf630002, 0xa5d5c51b);
        assertThat(words(machine.call(OpteeSmc.GET_OS_UUID)))
                .containsExactly(0x486178e0, 0xe7f811e3, 0xbc5e0002, 0xa5d5c51b);
        assertThat(words(machine.call(OpteeSmc.CALLS_REVISION))).startsWith(2, 0);
        assertThat(words(machine.call(OpteeSmc.GET_OS_REVISION))).startsWith(4, 10, 0);
        assertThat(machine.call(OpteeSmc.CALLS_COUNT).w(0)).isPositive();
        assertThat(words(machine.call(OpteeSmc.GET_THREAD_COUNT))).startsWith(OpteeSmc.OK, 2);
    }

    private static IntStream words(SmcRegisters answer) {
        return IntStream.range(0, 4).map(answer::w);
    }

    @Test
    void reservedMemoryIsTold() {
        SmcRegisters answer = machine.call(OpteeSmc.GET_SHM_CONFIG);
        assertThat(answer.x(0)).isEqualTo(OpteeSmc.OK);
        assertThat(answer.x(1)).isEqualTo(TestMachine.RESERVED);
        assertThat(answer.x(2)).isEqualTo(TestMachine.RESERVED_SIZE);
        assertThat(answer.x(3)).isEqualTo(1);
    }

    @Test
    void capabilitiesTellHowRestrictedMemoryIsHad() {
        assertThat(machine.call(OpteeSmc.EXCHANGE_CAPABILITIES, 0).w(1)).isEqualTo(DYNAMIC);
        try (TestMachine fixed = TestMachine.fixed().boot(); TestMachine none = TestMachine.none().boot()) {
            assertThat(fixed.call(OpteeSmc.EXCHANGE_CAPABILITIES, 0).w(1))
                    .isEqualTo(DYNAMIC & ~OpteeSmc.CAP_DYNAMIC_PROTMEM | OpteeSmc.CAP_PROTMEM);
            assertThat(none.call(OpteeSmc.EXCHANGE_CAPABILITIES, 0).w(1))
                    .isEqualTo(DYNAMIC & ~OpteeSmc.CAP_DYNAMIC_PROTMEM);
            SmcRegisters area = fixed.call(OpteeSmc.GET_PROTMEM_CONFIG);
            assertThat(area.x(0)).isEqualTo(OpteeSmc.OK);
            assertThat(area.x(1)).isEqualTo(TestMachine.STATIC);
            assertThat(area.x(2)).isEqualTo(TestMachine.STATIC_SIZE);
            assertThat(area.x(3)).isEqualTo(64);
            assertThat(none.call(OpteeSmc.GET_PROTMEM_CONFIG).w(0)).isEqualTo(OpteeSmc.UNKNOWN_FUNCTION);
        }
        assertThat(machine.call(OpteeSmc.GET_PROTMEM_CONFIG).w(0)).isEqualTo(OpteeSmc.UNKNOWN_FUNCTION);
    }

    @Test
    void capabilitiesOfThreadsAreTold() {
        SmcRegisters answer = machine.call(OpteeSmc.EXCHANGE_CAPABILITIES, OpteeSmc.NSEC_UNIPROCESSOR);
        assertThat(answer.w(0)).isEqualTo(OpteeSmc.OK);
        assertThat(answer.w(2)).isEqualTo(66);
        assertThat(answer.w(3)).isEqualTo(OpteeRpc.MAX_PARAMS);
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3, 0x100, 0x8000_0000_0000_0000L})
    void unknownCapabilitiesOfTheCallerAreRefused(long capabilities) {
        assertThat(machine.call(OpteeSmc.EXCHANGE_CAPABILITIES, capabilities).w(0)).isEqualTo(OpteeSmc.ENOTAVAIL);
    }

    @ParameterizedTest
    @ValueSource(ints = {OpteeSmc.L2CC_MUTEX, 0xB2000002, 0xB2000015, 0xB200FFFF, 0xBF00FF02})
    void unknownFastCallsAreToldSo(int function) {
        assertThat(machine.call(function).w(0)).isEqualTo(OpteeSmc.UNKNOWN_FUNCTION);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x84000063, 0x84000000, 0x82000000})
    void callsOfOtherOwnersAreNotOpteesToAnswer(int function) {
        assertThat(machine.call(function).w(0)).isEqualTo(SmcCode.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x32000000, 0x32000005, 0x32000014})
    void unknownYieldingCallsAreBadCommands(int function) {
        assertThat(machine.call(function).w(0)).isEqualTo(OpteeSmc.EBADCMD);
        assertThat(machine.state()).startsWith("threads FREE FREE");
    }

    @Test
    void processorsAreNotStartedThisWay() {
        assertThat(machine.call(OpteeSmc.BOOT_SECONDARY, 1, 2).w(0)).isEqualTo(OpteeSmc.ENOTAVAIL);
    }

    @Test
    void notificationsAreEnabledAndNonePends() {
        assertThat(machine.call(OpteeSmc.ENABLE_ASYNC_NOTIF).w(0)).isEqualTo(OpteeSmc.OK);
        SmcRegisters value = machine.call(OpteeSmc.GET_ASYNC_NOTIF_VALUE);
        assertThat(words(value).limit(3)).containsExactly(OpteeSmc.OK, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 8, TestMachine.FREE + 8, TestMachine.FREE + 1, TestMachine.SECURE_RAM,
            TestMachine.RAM + TestMachine.RAM_SIZE, TestMachine.RESERVED + 4, -4096})
    void aMessageIsInNormalMemory(long address) {
        String before = machine.state();
        assertThat(machine.call(OpteeSmc.CALL_WITH_ARG, address >>> 32, address & 0xFFFFFFFFL).w(0))
                .isEqualTo(OpteeSmc.EBADADDR);
        assertThat(machine.call(OpteeSmc.CALL_WITH_RPC_ARG, address >>> 32, address & 0xFFFFFFFFL).w(0))
                .isEqualTo(OpteeSmc.EBADADDR);
        assertThat(machine.state()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 8, 64, TestMachine.RESERVED_SIZE - 4096})
    void messagesInReservedMemoryMayBeAnywhere(long offset) {
        long address = TestMachine.RESERVED + offset;
        assertThat(machine.call(OpteeSmc.CALL_WITH_ARG, address >>> 32, address & 0xFFFFFFFFL).w(0))
                .isEqualTo(OpteeSmc.OK);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 1000, Integer.MAX_VALUE, -1})
    void aMessageHasAsManyParametersAsFit(int count) {
        SmcTee client = SmcTee.on(machine);
        var message = MemorySegment.ofArray(new long[512]);
        OpteeMessage.write(message, 0, OpteeMessage.CLOSE_SESSION, 0, 0, 0, count);
        assertThat(client.send(message).code()).isEqualTo(OpteeSmc.EBADADDR);
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 99, -1})
    void unknownMessagesAreBadCommands(int command) {
        SmcTee client = SmcTee.on(machine);
        String before = machine.state();
        assertThat(client.send(command, 0, 0).code()).isEqualTo(OpteeSmc.EBADCMD);
        assertThat(machine.state()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {OpteeMessage.LEND_PROTMEM, OpteeMessage.RECLAIM_PROTMEM, OpteeMessage.GET_PROTMEM_CONFIG})
    void withoutLendingItsMessagesAreUnknown(int command) {
        try (TestMachine fixed = TestMachine.fixed().boot()) {
            assertThat(SmcTee.on(fixed).send(command, 0, 0).code()).isEqualTo(OpteeSmc.EBADCMD);
        }
    }

    @Test
    void assigningIsForTheOtherInterface() {
        assertThat(SmcTee.on(machine).send(OpteeMessage.ASSIGN_PROTMEM, 0, 0).code()).isEqualTo(OpteeSmc.EBADCMD);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 64, 0xFFFFFFFFL})
    void onlyASuspendedThreadIsResumed(long thread) {
        assertThat(machine.call(OpteeSmc.RETURN_FROM_RPC, 0, 0, thread).w(0)).isEqualTo(OpteeSmc.ERESUME);
    }

    @Test
    void interruptsLeaveTheCallToBeResumed() {
        SmcTee client = SmcTee.on(machine);
        machine.firmware().interrupt();
        SmcRegisters first = client.sendFirst(OpteeMessage.CLOSE_SESSION, 0, 3);
        assertThat(first.w(0)).isEqualTo(OpteeSmc.RPC_FOREIGN_INTERRUPT);
        assertThat(client.finishMessage(OpteeMessage.CLOSE_SESSION, first).result())
                .isEqualTo(TeeCode.ITEM_NOT_FOUND);
    }

    @Test
    void callsBeyondTheThreadsAreTurnedAway() {
        SmcTee one = SmcTee.on(machine);
        SmcTee two = SmcTee.on(machine);
        machine.firmware().interrupt();
        SmcRegisters first = one.sendFirst(OpteeMessage.CLOSE_SESSION, 0, 3);
        machine.firmware().interrupt();
        SmcRegisters second = two.sendFirst(OpteeMessage.CLOSE_SESSION, 0, 3);
        assertThat(SmcTee.on(machine).sendFirst(OpteeMessage.CLOSE_SESSION, 0, 3).w(0))
                .isEqualTo(OpteeSmc.ETHREAD_LIMIT);
        assertThat(machine.call(OpteeSmc.DISABLE_SHM_CACHE).w(0)).isEqualTo(OpteeSmc.EBUSY);
        assertThat(machine.call(OpteeSmc.ENABLE_SHM_CACHE).w(0)).isEqualTo(OpteeSmc.EBUSY);
        one.finishMessage(OpteeMessage.CLOSE_SESSION, first);
        two.finishMessage(OpteeMessage.CLOSE_SESSION, second);
        assertThat(machine.call(OpteeSmc.ENABLE_SHM_CACHE).w(0)).isEqualTo(OpteeSmc.OK);
    }

    @Test
    void theNumberOfThreadsIsTheBoards() {
        try (TestMachine wide = TestMachine.smc().threads(5).boot()) {
            assertThat(wide.call(OpteeSmc.GET_THREAD_COUNT).w(1)).isEqualTo(5);
            assertThat(wide.call(OpteeSmc.EXCHANGE_CAPABILITIES, 0).w(2)).isEqualTo(69);
        }
    }

    @Test
    void registeredMemoryHoldsMessages() {
        SmcTee client = SmcTee.on(machine);
        var memory = client.share(2 * TestMachine.PAGE);
        long cookie = memory.reference();
        // the second message is in both pages
        for (long offset : new long[] {0, TestMachine.PAGE - 16, 2 * TestMachine.PAGE - 192}) {
            var message = MemorySegment.ofArray(new long[4]);
            OpteeMessage.write(message, 0, OpteeMessage.CLOSE_SESSION, 0, 9, 0, 0);
            machine.cpu().write(memory.address() + offset, message);
            assertThat(machine.call(OpteeSmc.CALL_WITH_REGD_ARG, cookie >>> 32, cookie & 0xFFFFFFFFL, offset).w(0))
                    .isEqualTo(OpteeSmc.OK);
            machine.cpu().read(memory.address() + offset, message);
            assertThat(OpteeMessage.result(message, 0)).isEqualTo(TeeCode.ITEM_NOT_FOUND);
        }
        String before = machine.state();
        for (long offset : new long[] {4, 2 * TestMachine.PAGE - 32, 2 * TestMachine.PAGE, 0xFFFFFFF8L}) {
            assertThat(machine.call(OpteeSmc.CALL_WITH_REGD_ARG, cookie >>> 32, cookie & 0xFFFFFFFFL, offset).w(0))
                    .isEqualTo(OpteeSmc.EBADADDR);
        }
        assertThat(machine.call(OpteeSmc.CALL_WITH_REGD_ARG, 0, 0x55, 0).w(0)).isEqualTo(OpteeSmc.EBADADDR);
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void lentMemoryHoldsNoMessages() {
        SmcTee client = SmcTee.on(machine);
        long cookie = client.restricted(TestMachine.MIB, 1).reference();
        assertThat(machine.call(OpteeSmc.CALL_WITH_REGD_ARG, cookie >>> 32, cookie & 0xFFFFFFFFL, 0).w(0))
                .isEqualTo(OpteeSmc.ENOMEM);
    }
}
