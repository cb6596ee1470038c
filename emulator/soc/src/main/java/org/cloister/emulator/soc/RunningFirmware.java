// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ConsumerType;

/** Firmware that runs on a board that is on. */
@ConsumerType
public interface RunningFirmware extends AutoCloseable {
    /** Stops: takes back the services it registered, ends its work, lets go of its {@link SecureWorld}. */
    @Override
    void close();
}
