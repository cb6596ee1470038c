// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.record.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What can be configured of the driver of camera and encoder. */
@ObjectClassDefinition(id = RecordConfiguration.PID, name = "Cloister driver: recording",
        description = "Has a camera take pictures, and an encoder encode them, in memory for recordings.")
@interface RecordConfiguration {
    /** The configuration's PID. */
    String PID = "org.cloister.driver.record";

    /** Becomes the property {@code map.limit.ms}. */
    @AttributeDefinition(name = "Mapping limit (ms)",
            description = "How long to wait for memory management (moving, clearing) before a buffer is given up.",
            min = "1", max = "60000")
    int map_limit_ms() default 1000;
}
