// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** How the emulated OP-TEE behaves on whichever board it runs. */
@ObjectClassDefinition(name = "Cloister: emulated OP-TEE",
        description = "The firmware of boards whose device tree names the firmware optee.")
@interface OpteeConfiguration {
    /** The patience. */
    @AttributeDefinition(name = "Patience (milliseconds)",
            description = "How long to wait for those who use memory that is to be protected or given back; then the "
                    + "normal world is refused")
    long patience_millis() default 1000;

    /** The trace. */
    @AttributeDefinition(name = "Trace",
            description = "Path of a file that every call to the firmware is recorded to; empty for none")
    String trace() default "";
}
