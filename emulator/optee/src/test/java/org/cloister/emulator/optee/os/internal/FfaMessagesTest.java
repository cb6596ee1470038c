// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.optee.testing.FfaWorld.assertRefused;
import static org.cloister.emulator.optee.testing.FfaWorld.assertSuccess;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.TestApplication;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages over FF-A: how lent memory is configured and assigned, and how parameters refer to memory. */
class FfaMessagesTest {
    private final TestMachine machine = TestMachine.ffa().boot();
    private final FfaTee client = FfaTee.begin(machine);
    private final Memory room = client.share(TestMachine.PAGE);

    @BeforeEach
    void useTheRoom() {
        // the trusted OS remembers that memory was used once, whatever came of that
        assertThat(client.configuration(1, room.out()).result()).isEqualTo(TeeCode.SUCCESS);
    }

    @AfterEach
    void switchOff() {
        machine.close();
    }

    private void refused(int code, int command, Param... parameters) {
        String before = machine.state();
        assertThat(TeeCode.name(client.send(command, 0, 0, parameters).result())).isEqualTo(TeeCode.name(code));
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void configurationSaysWhoGetsAccess() {
        Reply reply = client.configuration(1, room.out());
        assertThat(List.of(reply.a(0), reply.b(0), reply.c(0), reply.size(1)))
                .containsExactly(TestMachine.MIB, 4096L, 64L, 4L);
        assertThat(machine.read(room.address(), 4)).containsExactly(1, 0x80, 2, 0);
        assertThat(reply.origin()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3})
    void aShortBufferIsToldWhatIsNeeded(long size) {
        Reply reply = client.configuration(1, room.param(Param.OUTPUT, 0, size));
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(TeeCode.SHORT_BUFFER));
        assertThat(reply.size(1)).isEqualTo(4);
        Reply none = client.configuration(1, Param.raw(OpteeParameter.RMEM_OUTPUT, 0, 0, -1));
        assertThat(TeeCode.name(none.result())).isEqualTo(TeeCode.name(TeeCode.SHORT_BUFFER));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2, 3, 0x7FFFFFFF, 0x80000000L, 0xFFFFFFFFL})
    void useCasesWithoutConfigurationAreRefused(long useCase) {
        refused(TeeCode.BAD_PARAMETERS, OpteeMessage.GET_PROTMEM_CONFIG, Param.value(Param.INOUT, useCase, 0),
                room.out());
    }

    @Test
    void configurationHasTwoParameters() {
        Param useCase = Param.value(Param.INOUT, 1, 0);
        int command = OpteeMessage.GET_PROTMEM_CONFIG;
        refused(TeeCode.BAD_PARAMETERS, command);
        refused(TeeCode.BAD_PARAMETERS, command, useCase);
        refused(TeeCode.BAD_PARAMETERS, command, useCase, Param.none());
        refused(TeeCode.BAD_PARAMETERS, command, useCase, room.in());
        refused(TeeCode.BAD_PARAMETERS, command, useCase, room.inout());
        refused(TeeCode.BAD_PARAMETERS, command, Param.value(Param.INPUT, 1, 0), room.out());
        refused(TeeCode.BAD_PARAMETERS, command, Param.value(Param.OUTPUT, 1, 0), room.out());
        refused(TeeCode.BAD_PARAMETERS, command, room.out(), useCase);
        refused(TeeCode.BAD_PARAMETERS, command, useCase, room.out(), Param.none());
        refused(TeeCode.SECURITY, command, useCase, room.param(Param.OUTPUT, 1, TestMachine.PAGE));
    }

    @Test
    void whatIsWrittenForTheNormalWorldIsNotWrittenToRestrictedMemory() {
        Memory lent = client.restricted(TestMachine.MIB, 1);
        client.configuration(1, lent.out());
        refused(TeeCode.GENERIC, OpteeMessage.GET_PROTMEM_CONFIG, Param.value(Param.INOUT, 1, 0), lent.out());
    }

    @Test
    void assigningHasOneParameter() {
        Memory lent = client.lend(TestMachine.MIB, 1);
        long handle = lent.reference();
        int command = OpteeMessage.ASSIGN_PROTMEM;
        refused(TeeCode.BAD_PARAMETERS, command);
        refused(TeeCode.BAD_PARAMETERS, command, Param.none());
        refused(TeeCode.BAD_PARAMETERS, command, Param.value(Param.INOUT, handle, 1));
        refused(TeeCode.BAD_PARAMETERS, command, Param.raw(0x101, handle, 1, 0));
        refused(TeeCode.BAD_PARAMETERS, command, Param.value(Param.INPUT, handle, 1), Param.none());
        refused(TeeCode.BAD_PARAMETERS, command, lent.in());
        refused(TeeCode.BAD_PARAMETERS, command, Param.value(Param.INPUT, handle, 0));
        refused(TeeCode.ITEM_NOT_FOUND, command, Param.value(Param.INPUT, 0, 1));
        refused(TeeCode.ITEM_NOT_FOUND, command, Param.value(Param.INPUT, room.reference(), 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {OpteeMessage.REGISTER_SHM, OpteeMessage.UNREGISTER_SHM, OpteeMessage.LEND_PROTMEM,
            OpteeMessage.RECLAIM_PROTMEM, 12, 13, -1})
    void messagesOfTheOtherInterfaceAreUnknown(int command) {
        String before = machine.state();
        Reply reply = client.send(command, 0, 0, Param.none());
        assertThat(reply.code()).isEqualTo(TeeCode.NOT_IMPLEMENTED);
        assertThat(machine.state()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"0, 4097", "1, 4096", "4096, 1", "4097, 0", "-1, 1", "0, -1", "0x7FFFFFFFFFFF, 1", "1, -1"})
    void aParameterStaysInItsMemory(String offset, long size) {
        TestApplication application = new TestApplication(1, (command, call) -> TeeCode.SUCCESS);
        machine.add(application);
        int session = client.session(application.uuid());
        String before = machine.state();
        Reply reply = client.invoke(session, 0, room.param(Param.INPUT, Long.decode(offset), size));
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(TeeCode.SECURITY));
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void memoryMayBeginWithinItsFirstPage() {
        TestApplication application = new TestApplication(1, (command, call) -> {
            byte[] first = new byte[1];
            call.memory(0).read(0, MemorySegment.ofArray(first));
            return first[0];
        });
        machine.add(application);
        int session = client.session(application.uuid());
        Memory memory = client.share(2 * TestMachine.PAGE);
        machine.write(memory.address() + 100, new byte[] {7});
        assertThat(client.invoke(session, 0, inner(memory, 100, 8092)).result()).isEqualTo(7);
        assertThat(client.invoke(session, 0, inner(memory, 100, 8093)).result()).isEqualTo(TeeCode.SECURITY);
        assertThat(client.invoke(session, 0, inner(memory, 4096, 1)).result()).isEqualTo(TeeCode.BAD_PARAMETERS);
        // all who use it in one call agree on where it begins
        assertThat(client.invoke(session, 0, inner(memory, 100, 1), inner(memory, 100, 1)).result()).isEqualTo(7);
        assertThat(client.invoke(session, 0, inner(memory, 100, 1), inner(memory, 101, 1)).result())
                .isEqualTo(TeeCode.BAD_PARAMETERS);
        Memory lent = client.restricted(TestMachine.MIB, 1);
        assertThat(client.invoke(session, 0, inner(lent, 4, 1)).result()).isEqualTo(TeeCode.BAD_PARAMETERS);
    }

    private static Param inner(Memory memory, int internalOffset, long size) {
        return (message, at) -> OpteeParameter.shared(message, at, OpteeParameter.RMEM_INPUT, 0, internalOffset, size,
                memory.reference());
    }

    @Test
    void memoryInUseIsNotTakenBack() {
        Memory memory = client.share(TestMachine.PAGE);
        Memory lent = client.restricted(TestMachine.MIB, 1);
        TestApplication application = new TestApplication(1, (command, call) -> {
            assertThat(client.unregister(memory)).isEqualTo(FfaStatus.BUSY.code());
            assertThat(client.unregister(lent)).isEqualTo(FfaStatus.BUSY.code());
            assertRefused(client.world().reclaim(memory.reference()), FfaStatus.DENIED);
            assertRefused(client.world().reclaim(lent.reference()), FfaStatus.DENIED);
            assertThat(call.memory(1).size()).isEqualTo(TestMachine.MIB);
            return TeeCode.SUCCESS;
        }, TaFlag.SECURE_DATA_PATH);
        machine.add(application);
        Reply reply = client.invoke(client.session(application.uuid()), 0, memory.in(), lent.in());
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(TeeCode.SUCCESS));
        assertThat(client.unregister(memory)).isZero();
        assertSuccess(client.world().reclaim(memory.reference()));
        assertThat(client.giveBack(lent)).isTrue();
    }
}
