// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What can be configured of the display driver. */
@ObjectClassDefinition(id = DisplayConfiguration.PID, name = "Cloister driver: display",
        description = "Shows pictures in heap buffers.")
@interface DisplayConfiguration {
    /** The configuration's PID. */
    String PID = "org.cloister.driver.display";

    /** Becomes the property {@code heap}. */
    @AttributeDefinition(name = "Heap", description = "The heap whose pictures are expected; readiness tells of it.")
    String heap() default "protected,secure-video";

    /** Becomes the property {@code map.limit.ms}. */
    @AttributeDefinition(name = "Mapping limit (ms)",
            description = "How long the device may take to let go of a buffer that core moves or revokes.",
            min = "1", max = "60000")
    int map_limit_ms() default 1000;
}
