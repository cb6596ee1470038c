// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the backend, PID {@code org.cloister.backend.amdtee}. */
@ObjectClassDefinition(name = "Cloister AMD-TEE backend", description = "How memory is protected by the secure"
        + " processor, and how long its calls wait.")
@interface AmdTeeConfiguration {
    /** The PID. */
    String PID = "org.cloister.backend.amdtee";

    @AttributeDefinition(name = "Area", description = "An LDAP filter for the contiguous area that memory is taken from:"
            + " (area.name=video@58000000). By default the default area.")
    String area_target() default "(area.default=true)";

    @AttributeDefinition(name = "Smallest chunk (bytes)", min = "4096", description = "What is protected at once, at"
            + " least, in bytes.")
    long smallest_chunk_bytes() default 1L << 20;

    @AttributeDefinition(name = "Largest chunk (bytes)", min = "4096", description = "Chunks grow with the pool up to"
            + " this size, in bytes. A buffer that is larger gets a chunk of its own size.")
    long largest_chunk_bytes() default 16L << 20;

    @AttributeDefinition(name = "Idle chunks", min = "0", description = "How many chunks without buffers a pool keeps"
            + " protected. 0: a chunk goes back with its last buffer.")
    int idle_chunks() default 1;

    @AttributeDefinition(name = "Idle time (ms)", min = "1", description = "How long a chunk without buffers stays"
            + " protected, in milliseconds.")
    long idle_time_ms() default 1_000;

    @AttributeDefinition(name = "Patience for the mailbox (ms)", min = "1", description = "How long the secure processor"
            + " may take for a mailbox command, in milliseconds.")
    long mailbox_ms() default 10_000;

    @AttributeDefinition(name = "Patience for the ring (ms)", min = "1", description = "How long a call waits for a free"
            + " entry of the ring, in milliseconds; then it is refused.")
    long full_ms() default 10_000;

    @AttributeDefinition(name = "Patience for an answer (ms)", min = "1", description = "How long the secure processor"
            + " may take for a command, in milliseconds; then it is taken for dead.")
    long answer_ms() default 10_000;

    @AttributeDefinition(name = "Recovery (ms)", min = "0", description = "From when on, after it was found dead, the"
            + " secure processor is initialised again by the next call, in milliseconds.")
    long recovery_ms() default 1_000;

    @AttributeDefinition(name = "Patience at revocation (ms)", min = "0", description = "How long a buffer that is revoked"
            + " waits for calls that use it, in milliseconds.")
    long revoke_patience_ms() default 1_000;
}
