// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.optee.testing.FfaWorld.assertRefused;
import static org.cloister.emulator.optee.testing.FfaWorld.assertSuccess;

import org.cloister.emulator.optee.testing.Descriptor;
import org.cloister.emulator.optee.testing.FfaWorld;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Notifications: who may raise which. */
class NotificationCallsTest {
    private static final long SENDER = (long) Descriptor.OS << 16;

    private final TestMachine machine = TestMachine.ffa().boot();
    private final FfaWorld world = new FfaWorld(machine);

    @BeforeEach
    void begin() {
        world.begin(FfaVersion.V1_2);
    }

    @AfterEach
    void switchOff() {
        machine.close();
    }

    @Test
    void aBitmapIsMadeOnceAndRemoved() {
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_BITMAP_CREATE, 0, 4));
        assertRefused(machine.call(FfaFunction.NOTIFICATION_BITMAP_CREATE, 0, 4), FfaStatus.DENIED);
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_BITMAP_DESTROY, 0));
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_BITMAP_CREATE, 0, 4));
    }

    @Test
    void aBitmapInUseStays() {
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_BITMAP_CREATE, 0, 4));
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_BIND, SENDER, 0, 1));
        assertRefused(machine.call(FfaFunction.NOTIFICATION_BITMAP_DESTROY, 0), FfaStatus.DENIED);
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_UNBIND, SENDER, 0, 1));
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_BITMAP_DESTROY, 0));
    }

    @Test
    void aNotificationHasOneSender() {
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_BIND, SENDER, 0, 3, 1));
        String before = machine.state();
        assertRefused(machine.call(FfaFunction.NOTIFICATION_BIND, SENDER, 0, 2), FfaStatus.DENIED);
        assertRefused(machine.call(FfaFunction.NOTIFICATION_BIND, SENDER, 0, 0, 1), FfaStatus.DENIED);
        assertThat(machine.state()).isEqualTo(before);
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_BIND, SENDER, 0, 4));
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_UNBIND, SENDER, 0, 2));
        assertSuccess(machine.call(FfaFunction.NOTIFICATION_BIND, SENDER, 0, 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 0xFFFF})
    void otherMachinesAreNotThere(int vm) {
        String before = machine.state();
        assertRefused(machine.call(FfaFunction.NOTIFICATION_BITMAP_CREATE, vm, 1), FfaStatus.INVALID_PARAMETERS);
        assertRefused(machine.call(FfaFunction.NOTIFICATION_BITMAP_DESTROY, vm), FfaStatus.INVALID_PARAMETERS);
        assertRefused(machine.call(FfaFunction.NOTIFICATION_BIND, SENDER | vm, 0, 1), FfaStatus.INVALID_PARAMETERS);
        assertRefused(machine.call(FfaFunction.NOTIFICATION_UNBIND, SENDER | vm, 0, 1),
                FfaStatus.INVALID_PARAMETERS);
        assertRefused(machine.call(FfaFunction.NOTIFICATION_GET, vm, 1), FfaStatus.INVALID_PARAMETERS);
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void nonePending() {
        var got = machine.call(FfaFunction.NOTIFICATION_GET, 0, 3);
        assertSuccess(got);
        for (int i = 2; i < 8; i++) {
            assertThat(got.x(i)).isZero();
        }
        assertRefused(machine.call(FfaFunction.NOTIFICATION_INFO_GET), FfaStatus.NO_DATA);
        assertRefused(machine.call(FfaFunction.wide(FfaFunction.NOTIFICATION_INFO_GET)), FfaStatus.NO_DATA);
    }

    @ParameterizedTest
    @ValueSource(longs = {64, 65, 0x7FFFFFFF, 0xFFFFFFFFL})
    void theBottomHalfHasASmallNumber(long value) {
        String before = machine.state();
        assertThat(world.request(OpteeFfa.ENABLE_ASYNC_NOTIF, value).w(3)).isEqualTo(TeeCode.BAD_PARAMETERS);
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void theBottomHalfIsChosen() {
        assertThat(world.request(OpteeFfa.ENABLE_ASYNC_NOTIF, 0).w(3)).isZero();
        assertThat(world.request(OpteeFfa.ENABLE_ASYNC_NOTIF, 63).w(3)).isZero();
        assertThat(machine.state()).contains("value 63", "started true");
    }
}
