// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import java.util.Objects;
import org.cloister.emulator.optee.os.internal.OsConfig;
import org.cloister.emulator.optee.spmc.internal.Personality;

/**
 * How the firmware of a board was built.
 *
 * @param conduit by which interface the normal world reaches OP-TEE
 * @param os how OP-TEE was built
 * @param personality how exactly the partition manager takes the rules of FF-A
 * @param takesFragments whether FF-A descriptors may come in fragments, which OP-TEE itself does not take
 * @param notificationLine the interrupt that says that notifications are pending
 */
public record FirmwareConfig(Conduit conduit, OsConfig os, Personality personality, boolean takesFragments,
        int notificationLine) {
    /** The interrupt of QEMU's {@code virt} machine. */
    static final int NOTIFICATION_LINE = 8;

    /** By which interface the normal world reaches OP-TEE. */
    public enum Conduit {
        /** FF-A, with OP-TEE as the partition manager. */
        FFA,
        /** OP-TEE's own. */
        SMC
    }

    /** Checks the components. */
    public FirmwareConfig {
        Objects.requireNonNull(conduit, "conduit");
        Objects.requireNonNull(os, "os");
        Objects.requireNonNull(personality, "personality");
    }

    /** Firmware as it is, for an interface. */
    static FirmwareConfig of(Conduit conduit, OsConfig os) {
        return new FirmwareConfig(conduit, os, Personality.OPTEE, false, NOTIFICATION_LINE);
    }
}
