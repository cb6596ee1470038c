// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import java.util.Set;
import java.util.UUID;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A trusted application of the emulated OP-TEE. Register it as a service.
 *
 * <p>Its code runs on threads of the trusted OS; unless it has the flag {@link TaFlag#CONCURRENT}, one call at a time
 * enters an instance.
 */
@ConsumerType
public interface TrustedApplication {
    /** By what clients find it. */
    UUID uuid();

    /** What logs call it. */
    String name();

    /** How it is run, and what it may do. */
    Set<TaFlag> flags();

    /**
     * Makes an instance (GlobalPlatform: {@code TA_CreateEntryPoint}).
     *
     * @param platform what an application that manages memory can do with the hardware; valid until the instance is
     *     destroyed
     * @throws TaException to refuse
     */
    TaInstance create(TaPlatform platform);
}
