// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcCode;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaVersion;

/**
 * FFA_FEATURES: which functions and features are there. What it says is OP-TEE's own list, which leaves out functions
 * that are served (lending is one). Immutable.
 */
final class Features {
    private static final int SCHEDULE_RECEIVER = 2;
    private static final int MANAGED_EXIT = 3;
    private static final int DYNAMIC_BUFFER = 1;

    private final int notificationLine;

    /**
     * Makes the list.
     *
     * @param notificationLine the interrupt that says that notifications are pending
     */
    Features(int notificationLine) {
        this.notificationLine = notificationLine;
    }

    /** Serves a call, in place. */
    void serve(SmcRegisters call, FfaVersion version) {
        int feature = call.w(1);
        switch (feature) {
            case SCHEDULE_RECEIVER -> found(call, notificationLine);
            case FfaFunction.MEM_SHARE, FfaFunction.MEM_SHARE | SmcCode.WIDE -> found(call, DYNAMIC_BUFFER);
            case FfaFunction.DIRECT_REQUEST2, FfaFunction.DIRECT_RESPONSE2 -> {
                if (version == FfaVersion.V1_2) {
                    found(call, 0);
                } else {
                    Spmc.answer(call, FfaStatus.NOT_SUPPORTED);
                }
            }
            case FfaFunction.RXTX_MAP, FfaFunction.RXTX_MAP | SmcCode.WIDE, FfaFunction.ERROR, FfaFunction.VERSION,
                    FfaFunction.SUCCESS, FfaFunction.SUCCESS | SmcCode.WIDE, FfaFunction.FEATURES,
                    FfaFunction.SPM_ID_GET, FfaFunction.MEM_FRAG_TX, FfaFunction.MEM_RECLAIM,
                    FfaFunction.DIRECT_REQUEST, FfaFunction.DIRECT_REQUEST | SmcCode.WIDE, FfaFunction.INTERRUPT,
                    FfaFunction.PARTITION_INFO_GET, FfaFunction.RXTX_UNMAP, FfaFunction.RX_RELEASE, MANAGED_EXIT,
                    FfaFunction.NOTIFICATION_BITMAP_CREATE, FfaFunction.NOTIFICATION_BITMAP_DESTROY,
                    FfaFunction.NOTIFICATION_BIND, FfaFunction.NOTIFICATION_UNBIND, FfaFunction.NOTIFICATION_SET,
                    FfaFunction.NOTIFICATION_GET, FfaFunction.NOTIFICATION_INFO_GET,
                    FfaFunction.NOTIFICATION_INFO_GET | SmcCode.WIDE -> found(call, 0);
            default -> Spmc.answer(call, FfaStatus.NOT_SUPPORTED);
        }
    }

    private static void found(SmcRegisters call, int properties) {
        call.function(FfaFunction.SUCCESS).setW(2, properties);
    }
}
