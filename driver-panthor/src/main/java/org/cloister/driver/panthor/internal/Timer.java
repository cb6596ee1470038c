// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import org.cloister.platform.driver.Patience;

/** What time-outs come from. Safe for use by any thread. */
public interface Timer {
    /**
     * Runs something later, on a thread of the timer's.
     *
     * @param delay when
     * @param action short
     * @return keeps it from happening, unless it has begun
     */
    Alarm after(Duration delay, Runnable action);

    /** How those wait who cannot go on without an answer: not the driver's thread, but at its end. */
    default Patience patience(Duration limit) {
        return Patience.of(limit);
    }

    /** Something that will happen. */
    interface Alarm {
        /** Keeps it from happening. */
        void cancel();
    }
}
