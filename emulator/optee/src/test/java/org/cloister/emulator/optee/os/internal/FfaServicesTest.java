// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.optee.testing.FfaWorld.assertRefused;

import java.util.stream.IntStream;
import org.cloister.emulator.optee.testing.Descriptor;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.FfaWorld;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The services of OP-TEE behind direct requests. */
class FfaServicesTest {
    private static final long CALL = OpteeFfa.CALL_WITH_ARG & 0xFFFFFFFFL;
    private static final long RESUME = OpteeFfa.RESUME & 0xFFFFFFFFL;

    private final TestMachine machine = TestMachine.ffa().boot();
    private final FfaWorld world = new FfaWorld(machine);

    @AfterEach
    void switchOff() {
        machine.close();
    }

    @Test
    void versionsAndCapabilitiesAreTold() {
        SmcRegisters api = world.request(OpteeFfa.GET_API_VERSION);
        assertThat(api.w(0)).isEqualTo(FfaFunction.DIRECT_RESPONSE);
        assertThat(api.w(1)).isEqualTo(Descriptor.OS << 16);
        assertThat(IntStream.of(3, 4).map(api::w)).containsExactly(1, 0);
        SmcRegisters os = world.request(OpteeFfa.GET_OS_VERSION);
        assertThat(IntStream.of(3, 4, 5).map(os::w)).containsExactly(4, 10, 0);
        SmcRegisters can = world.request(OpteeFfa.EXCHANGE_CAPABILITIES);
        assertThat(IntStream.of(3, 4, 5).map(can::w)).containsExactly(0, 4, 0xF);
    }

    @Test
    void withoutLendingTheCapabilityIsMissing() {
        try (TestMachine plain = TestMachine.none().node(node -> node.strings("compatible", "arm,ffa")).boot()) {
            FfaWorld driver = new FfaWorld(plain).begin(FfaVersion.V1_2);
            assertThat(driver.request(OpteeFfa.EXCHANGE_CAPABILITIES).w(5)).isEqualTo(7);
            assertThat(driver.request(OpteeFfa.RELEASE_PROTMEM, 1, 2).w(3)).isEqualTo(TeeCode.BAD_PARAMETERS);
            assertRefused(driver.lend(Descriptor.lend(FfaVersion.V1_2, 1, plain.take(TestMachine.MIB), 256)),
                    FfaStatus.NO_MEMORY);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 6, 7, 9, 0x7FFFFFFF})
    void anUnknownServiceIsABadParameter(long service) {
        SmcRegisters answer = world.request(service);
        assertThat(answer.w(0)).isEqualTo(FfaFunction.DIRECT_RESPONSE);
        assertThat(answer.w(3)).isEqualTo(TeeCode.BAD_PARAMETERS);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x80000002L, 0x80000003L, 0x80000008L, 0xFFFFFFFFL})
    void anUnknownYieldingServiceIsDenied(long service) {
        assertThat(world.request(service).w(3)).isEqualTo(FfaStatus.DENIED.code());
        assertThat(machine.state()).startsWith("threads FREE FREE");
    }

    @Test
    void wideRequestsGetWideAnswers() {
        SmcRegisters answer = machine.call(FfaFunction.wide(FfaFunction.DIRECT_REQUEST), Descriptor.OS, 0,
                OpteeFfa.GET_API_VERSION);
        assertThat(answer.w(0)).isEqualTo(FfaFunction.wide(FfaFunction.DIRECT_RESPONSE));
        assertThat(answer.w(3)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x8002, 0, 1, 0x8000, 0xFFFF})
    void requestsToOthersAreRefused(long destination) {
        assertRefused(machine.call(FfaFunction.DIRECT_REQUEST, destination, 0, 0), FfaStatus.INVALID_PARAMETERS);
    }

    @Test
    void theSecureWorldDoesNotAskFromOutside() {
        assertRefused(machine.call(FfaFunction.DIRECT_REQUEST, 0x8000L << 16 | Descriptor.OS),
                FfaStatus.INVALID_PARAMETERS);
        assertRefused(machine.call(FfaFunction.DIRECT_RESPONSE, (long) Descriptor.OS << 16), FfaStatus.NOT_SUPPORTED);
    }

    @ParameterizedTest
    @CsvSource({"0x99, 0", "0, 1", "0, 4064", "0, 4096", "0, 0xFFFFFFFF"})
    void aMessageIsWhereTheHandleSays(String handleOffset, String offset) {
        FfaTee client = FfaTee.begin(machine);
        assertThat(client.configuration(1, client.share(64).out()).result()).isEqualTo(TeeCode.SUCCESS);
        machine.write(client.page(), new byte[TestMachine.PAGE]);
        long handle = client.messages().reference() + Long.decode(handleOffset);
        String before = machine.state();
        SmcRegisters answer =
                client.world().request(CALL, handle & 0xFFFFFFFFL, handle >>> 32, Long.decode(offset));
        int expected = Long.decode(offset) == 1 ? TeeCode.SUCCESS : TeeCode.BAD_PARAMETERS;
        assertThat(answer.w(3)).isEqualTo(expected);
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void lentMemoryHoldsNoMessages() {
        FfaTee client = FfaTee.begin(machine);
        long handle = client.restricted(TestMachine.MIB, 1).reference();
        assertThat(client.world().request(CALL, handle & 0xFFFFFFFFL, handle >>> 32, 0).w(3))
                .isEqualTo(TeeCode.GENERIC);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 64, 0x7FFFFFFF, 0xFFFFFFFFL})
    void onlyASuspendedThreadIsResumed(long thread) {
        String before = machine.state();
        assertThat(world.request(RESUME, 0, 0, 0, thread).w(3)).isEqualTo(TeeCode.BAD_PARAMETERS);
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void interruptsLeaveTheCallToBeResumed() {
        FfaTee client = FfaTee.begin(machine);
        machine.firmware().interrupt();
        SmcRegisters first = client.sendFirst(OpteeMessage.CLOSE_SESSION, 0, 7);
        assertThat(first.w(3)).isZero();
        assertThat(first.w(4)).isEqualTo(OpteeFfa.RETURN_INTERRUPT);
        assertThat(machine.state()).contains("SUSPENDED");
        assertThat(client.finishMessage(OpteeMessage.CLOSE_SESSION, first).result())
                .isEqualTo(TeeCode.ITEM_NOT_FOUND);
        assertThat(machine.state()).startsWith("threads FREE FREE");
    }

    @Test
    void callsBeyondTheThreadsAreTurnedAway() {
        FfaTee one = FfaTee.begin(machine);
        FfaTee two = one.join();
        FfaTee three = one.join();
        machine.firmware().interrupt();
        SmcRegisters first = one.sendFirst(OpteeMessage.CLOSE_SESSION, 0, 7);
        machine.firmware().interrupt();
        SmcRegisters second = two.sendFirst(OpteeMessage.CLOSE_SESSION, 0, 7);
        assertThat(first.w(7)).isNotEqualTo(second.w(7));
        assertThat(three.sendFirst(OpteeMessage.CLOSE_SESSION, 0, 7).w(3)).isEqualTo(TeeCode.BUSY);
        one.finishMessage(OpteeMessage.CLOSE_SESSION, first);
        assertThat(three.close(7).result()).isEqualTo(TeeCode.ITEM_NOT_FOUND);
        two.finishMessage(OpteeMessage.CLOSE_SESSION, second);
    }

    @Test
    void aThreadIsResumedOnce() {
        FfaTee client = FfaTee.begin(machine);
        machine.firmware().interrupt();
        SmcRegisters first = client.sendFirst(OpteeMessage.CLOSE_SESSION, 0, 7);
        long thread = first.x(7);
        client.finishMessage(OpteeMessage.CLOSE_SESSION, first);
        assertThat(client.resume(thread).w(3)).isEqualTo(TeeCode.BAD_PARAMETERS);
    }

    @Test
    void theFrameworkNegotiatesAVersion() {
        SmcRegisters answer = machine.call(FfaFunction.DIRECT_REQUEST, 0x8000, 0x80000008L, 0x10001);
        assertThat(answer.w(0)).isEqualTo(FfaFunction.DIRECT_RESPONSE);
        assertThat(answer.w(2)).isEqualTo(0x80000009);
        assertThat(answer.w(3)).isEqualTo(0x10002);
        assertRefused(machine.call(FfaFunction.DIRECT_REQUEST, 0x8000, 0x80000001L), FfaStatus.NOT_SUPPORTED);
    }
}
