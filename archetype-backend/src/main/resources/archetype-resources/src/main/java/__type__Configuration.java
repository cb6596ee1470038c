## SPDX-License-Identifier: Apache-2.0
package ${package};

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What can be configured, as PID {@value #PID}. */
@ObjectClassDefinition(name = "${type} backend")
@interface ${type}Configuration {
    /** The PID. */
    String PID = "${package}";

    @AttributeDefinition(name = "Size", min = "4096", description = "Bytes of memory, a multiple of 4096.")
    long size() default 1 << 20;
}
