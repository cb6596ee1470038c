// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ProviderType;

/** A board that is on, in the hands of who switched it on. Safe for use by any thread. */
@ProviderType
public interface PoweredSoc extends AutoCloseable {
    /** The board. */
    Soc soc();

    /**
     * Switches the board off: stops the firmware, the last started first; ends all access; closes windows that were
     * left open; gives the memory back to the operating system. Idempotent.
     */
    @Override
    void close();
}
