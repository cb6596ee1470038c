// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import java.util.function.Supplier;
import org.cloister.emulator.optee.os.internal.Notifications;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcRegisters;

/** FFA_NOTIFICATION_*: the calls by which the normal world receives notifications. Safe for use by any thread. */
final class NotificationCalls {
    private final Notifications notifications;
    private final Judge judge;

    NotificationCalls(Notifications notifications, Judge judge) {
        this.notifications = notifications;
        this.judge = judge;
    }

    /** Serves a call, in place. */
    void serve(SmcRegisters call) {
        int vm = call.w(1) & 0xFFFF;
        long bitmap = call.pair(3, 4);
        FfaStatus status = switch (call.w(0)) {
            case FfaFunction.NOTIFICATION_BITMAP_CREATE ->
                    judged(SpmcChecks.BITMAP, call, () -> notifications.create(vm));
            case FfaFunction.NOTIFICATION_BITMAP_DESTROY ->
                    judged(SpmcChecks.BITMAP, call, () -> notifications.destroy(vm));
            case FfaFunction.NOTIFICATION_BIND ->
                    judged(SpmcChecks.BIND, call, () -> notifications.bind(vm, bitmap));
            case FfaFunction.NOTIFICATION_UNBIND ->
                    judged(SpmcChecks.UNBIND, call, () -> notifications.unbind(vm, bitmap));
            case FfaFunction.NOTIFICATION_GET -> judged(SpmcChecks.GET, call, () -> pending(call, vm));
            default -> judged(SpmcChecks.INFO, call, () -> FfaStatus.NO_DATA);
        };
        Spmc.answer(call, status);
    }

    /** None is ever pending; who does not ask for those of partitions gets none of any machine. */
    private static FfaStatus pending(SmcRegisters call, int vm) {
        return (call.w(2) & 1) == 0 || vm == 0 ? FfaStatus.SUCCESS : FfaStatus.INVALID_PARAMETERS;
    }

    private FfaStatus judged(CheckList<SmcRegisters> checks, SmcRegisters call, Supplier<FfaStatus> action) {
        FfaStatus status = judge.judge(checks, call);
        return status == FfaStatus.SUCCESS ? action.get() : status;
    }
}
