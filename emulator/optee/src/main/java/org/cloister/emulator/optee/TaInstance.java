// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import org.osgi.annotation.versioning.ConsumerType;

/** An instance of a trusted application: what its sessions share. */
@ConsumerType
public interface TaInstance {
    /**
     * Opens a session (GlobalPlatform: {@code TA_OpenSessionEntryPoint}).
     *
     * @param call the parameters, and what the application may use meanwhile
     * @throws TaException to refuse, with the code that the client gets; any other exception is a panic
     */
    TaSession open(TaCall call);

    /** Ends the instance (GlobalPlatform: {@code TA_DestroyEntryPoint}); no session is open. */
    default void destroy() {
    }
}
