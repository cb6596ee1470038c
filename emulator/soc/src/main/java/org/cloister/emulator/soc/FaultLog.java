// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.List;
import java.util.function.Consumer;
import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The faults of a board: all are counted, the latest are kept.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface FaultLog {
    /** The latest faults, oldest first; at most {@link #capacity()}. */
    List<Fault> latest();

    /** How many faults are kept. */
    int capacity();

    /** How many faults there were since the board was switched on. */
    long count();

    /** How many of them {@code initiator} caused. */
    long count(Initiator initiator);

    /**
     * Hears of each fault, on the thread of the access and before that gets its exception. What a listener throws is
     * logged and stops neither the others nor the access's own fault.
     *
     * @return ends the listening; prompt and idempotent
     */
    Registration listen(Consumer<Fault> listener);
}
