// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A session that one trusted application has with another. It belongs to the instance that opened it, is used in calls
 * of that instance only, and is closed with it at the latest.
 */
@ProviderType
public interface TaPeer {
    /**
     * Invokes a command.
     *
     * @param call the call in which this one is made
     * @param command the number of the command
     * @param arguments at most four
     * @return the code, and what came back
     */
    TaAnswer invoke(TaCall call, int command, TaArgument... arguments);

    /** Closes the session; idempotent. */
    void close(TaCall call);
}
