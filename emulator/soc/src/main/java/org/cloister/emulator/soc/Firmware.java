// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A model of firmware that runs in the secure world. Register it as a service with the property {@link #NAME}; a board
 * runs it when its device tree has a node with {@code cloister,firmware} of that value, and is not switched on before
 * all the firmware it names is there.
 */
@ConsumerType
public interface Firmware {
    /** Service property: the value of {@code cloister,firmware} that this model answers to, such as {@code "optee"}. */
    String NAME = "firmware.name";

    /**
     * Starts on a board, after the boot firmware has programmed the firewall and before the normal world can reach
     * anything. Called once for each time that the board is switched on.
     *
     * @param world the authority over that board, valid until the returned object is closed
     * @return the running firmware; closed when the board is switched off, after the normal world is gone
     * @throws RuntimeException to say that it cannot run on this board; the board then stays off
     */
    RunningFirmware boot(SecureWorld world);
}
