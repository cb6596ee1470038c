// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.Optional;

/**
 * What was negotiated with OP-TEE by its own interface.
 *
 * @param osVersion of the trusted OS
 * @param capabilities bits of {@link org.cloister.platform.conduit.OpteeSmc}
 * @param requestParams how many parameters a request has at most
 * @param staticArea memory that is protected since boot
 */
record SmcPartner(String osVersion, int capabilities, int requestParams,
        Optional<Transport.StaticArea> staticArea) {
    /** Tells whether OP-TEE has a capability. */
    boolean has(int capability) {
        return (capabilities & capability) != 0;
    }
}
