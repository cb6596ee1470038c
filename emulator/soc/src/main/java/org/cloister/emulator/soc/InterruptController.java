// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.cloister.platform.Interrupts;
import org.osgi.annotation.versioning.ProviderType;

/** The interrupt lines of a board, with the side that devices pull. Safe for use by any thread. */
@ProviderType
public interface InterruptController extends Interrupts {
    /**
     * Raises a line: each handler that listens to it is handed to its executor, in the order in which they came; when
     * there is none, the raise is kept for the first that comes.
     *
     * @param line the number of the line, zero or more
     */
    void raise(int line);

    /** How often a line was raised since the board was switched on. */
    long raised(int line);
}
