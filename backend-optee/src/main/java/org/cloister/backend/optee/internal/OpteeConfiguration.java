// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the backend, PID {@code org.cloister.backend.optee}. */
@ObjectClassDefinition(name = "Cloister OP-TEE backend", description = "How memory is lent to OP-TEE, and how long its"
        + " calls wait.")
@interface OpteeConfiguration {
    /** The PID. */
    String PID = "org.cloister.backend.optee";

    @AttributeDefinition(name = "Area that is lent from", description = "An LDAP filter for the contiguous area:"
            + " (area.name=video@58000000). By default the default area.")
    String lent_area_target() default "(area.default=true)";

    @AttributeDefinition(name = "Area for messages", description = "An LDAP filter for the contiguous area that messages"
            + " and shared memory are taken from. By default the default area.")
    String shared_area_target() default "(area.default=true)";

    @AttributeDefinition(name = "Firewall regions", min = "0", description = "How many firewall regions lent memory of"
            + " all use cases may take. 0: as the device tree says, else as many as the firmware accepts.")
    int regions() default 0;

    @AttributeDefinition(name = "Largest chunk (bytes)", min = "4096", description = "Chunks grow with the pool up to"
            + " this size, in bytes. A buffer that is larger gets a chunk of its own size.")
    long largest_chunk_bytes() default 16L << 20;

    @AttributeDefinition(name = "Idle chunks", min = "0", description = "How many chunks without buffers a pool keeps"
            + " lent. 0: a chunk goes back with its last buffer.")
    int idle_chunks() default 1;

    @AttributeDefinition(name = "Idle time (ms)", min = "1", description = "How long a chunk without buffers stays lent,"
            + " in milliseconds.")
    long idle_time_ms() default 1_000;

    @AttributeDefinition(name = "Patience for a thread (ms)", min = "1", description = "How long a call waits for a free"
            + " thread of OP-TEE's, in milliseconds; then it is refused as busy.")
    long thread_patience_ms() default 5_000;

    @AttributeDefinition(name = "Patience at revocation (ms)", min = "0", description = "How long a buffer that is revoked"
            + " waits for calls that use it, in milliseconds. They are cancelled first.")
    long revoke_patience_ms() default 1_000;
}
