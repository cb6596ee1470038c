// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import org.osgi.annotation.versioning.ConsumerType;

/** A session with a trusted application. */
@ConsumerType
public interface TaSession {
    /**
     * Serves a command (GlobalPlatform: {@code TA_InvokeCommandEntryPoint}).
     *
     * @param command the number of the command
     * @param call the parameters, and what the application may use meanwhile
     * @return the code that the client gets, see {@link org.cloister.tee.TeeCode}
     * @throws TaException the same, from deeper down; any other exception is a panic, after which the instance is dead
     */
    int invoke(int command, TaCall call);

    /** Ends the session (GlobalPlatform: {@code TA_CloseSessionEntryPoint}). */
    default void close() {
    }
}
