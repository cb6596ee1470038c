// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** How the emulated memory application was built. */
@ObjectClassDefinition(name = "Cloister: emulated MediaTek memory application",
        description = "The trusted application that serves restricted memory on boards like MediaTek's.")
@interface MtkConfiguration {
    /** The numbering. */
    @AttributeDefinition(name = "Numbering", description = "Which commands it knows: CURRENT or LEGACY")
    Numbering numbering() default Numbering.CURRENT;

    /** The uuid. */
    @AttributeDefinition(name = "Uuid", description = "By which it is found; vendors may choose another")
    String uuid() default "4477588a-8476-11e2-ad15-e41f1390d676";
}
