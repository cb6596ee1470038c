// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import org.osgi.annotation.versioning.ProviderType;

/** How a trusted application is run, and what it may do (OP-TEE: {@code TA_FLAG_*}). */
@ProviderType
public enum TaFlag {
    /** Runs in the core of the trusted OS, not as a process of its own: what OP-TEE calls a pseudo TA. */
    PSEUDO,
    /** All sessions share one instance. */
    SINGLE_INSTANCE,
    /** The single instance takes more than one session at a time. */
    MULTI_SESSION,
    /** The single instance stays when its last session is closed. */
    KEEP_ALIVE,
    /** May be given restricted memory. */
    SECURE_DATA_PATH,
    /** Several calls may be in the instance at a time. */
    CONCURRENT,
    /** The normal world is told of it as a device. */
    DEVICE,
    /** Serves restricted memory, and the normal world is told so when it asks; no flag of OP-TEE's. */
    SERVES_MEMORY
}
