// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.concurrent.Executor;
import org.cloister.platform.Interrupts;

/**
 * What the trusted OS tells without being called. One number means that a driver in it has work to be done, the others
 * wake calls of the trusted OS.
 */
sealed interface AsyncNotifications permits FfaNotifications, SmcNotifications {
    /** The number that asks for the bottom half of a driver. */
    int BOTTOM_HALF = 0;

    /** Listens from now on, if there is something to listen to. */
    void enable(Interrupts interrupts, Executor executor);

    /** Listens no more. */
    void disable();
}
