// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcCode;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaVersion;

/**
 * The dispatcher of FF-A in the monitor (EL3), as TF-A 2.15 has it: answers some calls of the normal world itself,
 * refuses those that only the secure world may make, and passes the others on to the {@link Spmc}.
 *
 * <p>Safe for use by any thread: {@code this} guards the versions.
 */
public final class Spmd {
    private static final int SECURE_ENDPOINT = 0x8000;
    private static final int FIRST_EXTENDED = 8;

    private final Spmc spmc;
    private final Judge judge;
    private int normalVersion; // guarded by this
    private boolean negotiated; // guarded by this

    /** Makes a dispatcher in front of a partition manager. */
    public Spmd(Spmc spmc) {
        this.spmc = spmc;
        this.judge = spmc.judge();
    }

    /** Serves a call of FF-A, in place. */
    public void serve(SmcRegisters call) {
        if (!SmcCode.isWide(call.w(0))) {
            for (int i = 1; i <= 4; i++) {
                call.setW(i, call.w(i));
            }
        }
        if (call.w(0) != FfaFunction.VERSION) {
            endNegotiation();
        }
        switch (call.w(0)) {
            case FfaFunction.VERSION -> version(call);
            case FfaFunction.ID_GET -> identify(call, 0);
            case FfaFunction.SPM_ID_GET -> identify(call, Spmc.ID);
            case FfaFunction.DIRECT_REQUEST, FfaFunction.DIRECT_REQUEST | SmcCode.WIDE -> direct(call);
            case FfaFunction.DIRECT_REQUEST2 -> {
                if (extended()) {
                    direct(call);
                } else {
                    refuse(call, FfaStatus.NOT_SUPPORTED);
                }
            }
            case FfaFunction.DIRECT_RESPONSE2 -> {
                if (extended()) {
                    forward(call);
                } else {
                    refuse(call, FfaStatus.NOT_SUPPORTED);
                }
            }
            case FfaFunction.ERROR, FfaFunction.FEATURES, FfaFunction.RX_RELEASE,
                    FfaFunction.RXTX_MAP, FfaFunction.RXTX_MAP | SmcCode.WIDE, FfaFunction.RXTX_UNMAP,
                    FfaFunction.PARTITION_INFO_GET, FfaFunction.PARTITION_INFO_GET_REGS, FfaFunction.RUN,
                    FfaFunction.DIRECT_RESPONSE, FfaFunction.DIRECT_RESPONSE | SmcCode.WIDE,
                    FfaFunction.MEM_DONATE, FfaFunction.MEM_DONATE | SmcCode.WIDE,
                    FfaFunction.MEM_LEND, FfaFunction.MEM_LEND | SmcCode.WIDE,
                    FfaFunction.MEM_SHARE, FfaFunction.MEM_SHARE | SmcCode.WIDE,
                    FfaFunction.MEM_RETRIEVE_REQUEST, FfaFunction.MEM_RETRIEVE_REQUEST | SmcCode.WIDE,
                    FfaFunction.MEM_RETRIEVE_RESPONSE, FfaFunction.MEM_RELINQUISH, FfaFunction.MEM_RECLAIM,
                    FfaFunction.MEM_FRAG_RX, FfaFunction.MEM_FRAG_TX,
                    FfaFunction.NOTIFICATION_BITMAP_CREATE, FfaFunction.NOTIFICATION_BITMAP_DESTROY,
                    FfaFunction.NOTIFICATION_BIND, FfaFunction.NOTIFICATION_UNBIND, FfaFunction.NOTIFICATION_SET,
                    FfaFunction.NOTIFICATION_GET, FfaFunction.NOTIFICATION_INFO_GET,
                    FfaFunction.NOTIFICATION_INFO_GET | SmcCode.WIDE, FfaFunction.RX_ACQUIRE,
                    FfaFunction.MSG_SEND2, FfaFunction.NS_RES_INFO_GET, FfaFunction.SUCCESS,
                    FfaFunction.SUCCESS | SmcCode.WIDE -> forward(call);
            case FfaFunction.NORMAL_WORLD_RESUME -> refuse(call, FfaStatus.DENIED);
            default -> refuse(call, FfaStatus.NOT_SUPPORTED);
        }
    }

    private synchronized void endNegotiation() {
        negotiated = true;
    }

    private void version(SmcRegisters call) {
        int wanted = call.w(1);
        if (wanted < 0) {
            first(call, FfaStatus.NOT_SUPPORTED.code());
            return;
        }
        synchronized (this) {
            if (!negotiated) {
                normalVersion = wanted;
            }
        }
        first(call, spmc.negotiate(wanted));
    }

    /** Both sides speak a version that has registers from x8 on. */
    private synchronized boolean extended() {
        return normalVersion >= FfaVersion.V1_2.word();
    }

    private void identify(SmcRegisters call, int endpoint) {
        FfaStatus status = judge.judge(SpmcChecks.NO_ARGUMENT, call);
        if (status == FfaStatus.SUCCESS) {
            answer(call, FfaFunction.SUCCESS, endpoint);
        } else {
            refuse(call, status);
        }
    }

    private void direct(SmcRegisters call) {
        boolean secureSender = (call.w(1) >>> 16 & SECURE_ENDPOINT) != 0;
        if (secureSender) {
            refuse(call, FfaStatus.INVALID_PARAMETERS);
        } else {
            forward(call);
        }
    }

    private void forward(SmcRegisters call) {
        var before = new SmcRegisters().copyFrom(call);
        spmc.serve(call);
        if (!SmcCode.isWide(call.w(0)) || !extended()) {
            restoreExtended(call, before);
        }
    }

    private static void refuse(SmcRegisters call, FfaStatus status) {
        answer(call, FfaFunction.ERROR, status.code());
    }

    private static void first(SmcRegisters call, int w0) {
        for (int i = 1; i < FIRST_EXTENDED; i++) {
            call.set(i, 0);
        }
        call.setW(0, w0);
    }

    private static void answer(SmcRegisters call, int function, int w2) {
        first(call, function);
        call.setW(2, w2);
    }

    /** A 32-bit answer leaves x8 and up as the caller had them. */
    private static void restoreExtended(SmcRegisters call, SmcRegisters before) {
        for (int i = FIRST_EXTENDED; i < SmcRegisters.COUNT; i++) {
            call.set(i, before.x(i));
        }
    }
}
