// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Which board to switch on. */
@ObjectClassDefinition(name = "Cloister: emulated board",
        description = "Switches an emulated board on. Without this configuration there is none.")
@interface BoardConfiguration {
    /** The board. */
    @AttributeDefinition(name = "Board",
            description = "Name of a board, such as jacinto or lab, or the path of a flattened device tree (.dtb)")
    String board() default "jacinto";

    /** The seed. */
    @AttributeDefinition(name = "Seed", description = "Seed of all randomness on the board")
    long seed() default 0;
}
