// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the backend, PID {@code org.cloister.backend.mtk}. */
@ObjectClassDefinition(name = "Cloister MediaTek backend", description = "Which memory application serves restricted"
        + " memory, and under which names.")
@interface MtkConfiguration {
    /** The PID. */
    String PID = "org.cloister.backend.mtk";

    @AttributeDefinition(name = "Trusted OS", description = "An LDAP filter for the trusted OS that has the memory"
            + " application: (tee.id=optee). Empty: the first, by ranking, that opens a session with it.")
    String tee_target() default "";

    @AttributeDefinition(name = "Uuid of the application", description = "The uuid of the memory application. Empty: what"
            + " the trusted OS answers when it is asked, else 4477588a-8476-11e2-ad15-e41f1390d676.")
    String application_uuid() default "";

    @AttributeDefinition(name = "Numbering", description = "Which commands the application knows: CURRENT or LEGACY.")
    Numbering numbering() default Numbering.CURRENT;

    @AttributeDefinition(name = "Memory of protected,secure-video", description = "Which memory also serves the heap"
            + " protected,secure-video: CM, CMA or NONE. Other backends that offer it come first.")
    SecureVideo secure_video() default SecureVideo.CM;

    @AttributeDefinition(name = "Idle time (ms)", min = "0", description = "How long a block without buffers stays"
            + " handed over, in milliseconds, so that a buffer that comes and goes does not have memory protected and"
            + " scrubbed each time. 0: a block goes back with its last buffer.")
    long idle_time_ms() default 1_000;
}
