// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** How emulated secure processors behave on whichever board they are. */
@ObjectClassDefinition(id = PspConfiguration.PID, name = "Cloister: emulated AMD secure processor",
        description = "The firmware of boards whose device tree names the firmware psp.")
@interface PspConfiguration {
    /** The PID. */
    String PID = "org.cloister.emulator.psp";

    /** Whether there is power. */
    @AttributeDefinition(name = "Present", description = "Whether the secure processor has power. Can be changed while"
            + " boards are on: then it vanishes, and boots anew when power comes back.")
    boolean present() default true;

    /** The patience. */
    @AttributeDefinition(name = "Patience (milliseconds)",
            description = "How long to wait for those who use memory that is to be protected or given back.")
    long patience_millis() default 1000;
}
