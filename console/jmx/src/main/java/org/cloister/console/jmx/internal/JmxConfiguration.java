// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Beans of heaps, PID {@code org.cloister.console.jmx}. */
@ObjectClassDefinition(name = "Cloister: JMX", description = "Managed beans of heaps. There are none without this"
        + " configuration, which may be empty.")
@interface JmxConfiguration {
    /** The PID. */
    String PID = "org.cloister.console.jmx";

    @AttributeDefinition(name = "Oldest reading (ms)", min = "0", description = "How old the state of a heap may be"
            + " that its bean tells, in milliseconds: one reading serves all its attributes.")
    long reading_ms() default 1000;
}
