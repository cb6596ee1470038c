// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import org.cloister.platform.conduit.FfaStatus;
import org.cloister.tee.TeeCode;

/**
 * Asynchronous notifications to the normal world, of which there is one virtual machine, number 0. No driver of this
 * trusted OS raises any, so that none is ever pending.
 *
 * <p>Safe for use by any thread: {@code this} guards all.
 */
public final class Notifications {
    /** The numbers of notifications that may be chosen for the bottom half end here. */
    private static final int VALUES = 64;
    private static final int NONE = -1;

    private boolean created;
    private int bottomHalfValue = NONE;
    private long bound;
    private boolean started;

    /** Makes notifications that are not in use. */
    public Notifications() {
    }

    /** FF-A: makes the bitmap of a virtual machine. */
    public synchronized FfaStatus create(int machine) {
        if (machine != 0) {
            return FfaStatus.INVALID_PARAMETERS;
        }
        if (created) {
            return FfaStatus.DENIED;
        }
        created = true;
        bottomHalfValue = NONE;
        return FfaStatus.SUCCESS;
    }

    /** FF-A: removes it. */
    public synchronized FfaStatus destroy(int machine) {
        if (machine != 0) {
            return FfaStatus.INVALID_PARAMETERS;
        }
        if (bound != 0) {
            return FfaStatus.DENIED;
        }
        created = false;
        bottomHalfValue = 0;
        return FfaStatus.SUCCESS;
    }

    /** FF-A: lets a sender raise notifications. */
    public synchronized FfaStatus bind(int machine, long bitmap) {
        if (machine != 0) {
            return FfaStatus.INVALID_PARAMETERS;
        }
        if ((bound & bitmap) != 0) {
            return FfaStatus.DENIED;
        }
        bound |= bitmap;
        return FfaStatus.SUCCESS;
    }

    /** FF-A: takes that permission back. */
    public synchronized FfaStatus unbind(int machine, long bitmap) {
        if (machine != 0) {
            return FfaStatus.INVALID_PARAMETERS;
        }
        bound &= ~bitmap;
        return FfaStatus.SUCCESS;
    }

    /**
     * The normal world listens, and wants the bottom half under this number.
     *
     * @return a GlobalPlatform code
     */
    public synchronized int enable(int value, int machine) {
        if (Integer.compareUnsigned(value, VALUES) >= 0 || machine != 0) {
            return TeeCode.BAD_PARAMETERS;
        }
        bottomHalfValue = value;
        started = true;
        return TeeCode.SUCCESS;
    }

    /** The normal world does not listen any more. */
    synchronized void stop() {
        started = false;
    }

    /** The state, for reports. */
    public synchronized String describe() {
        return "notifications created %b value %d bound %x started %b".formatted(
                created, bottomHalfValue, bound, started);
    }
}
