// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What can be configured of the codec driver. */
@ObjectClassDefinition(id = CodecConfiguration.PID, name = "Cloister driver: video codec",
        description = "Decodes video from and into heap buffers.")
@interface CodecConfiguration {
    /** The configuration's PID. */
    String PID = "org.cloister.driver.codec";

    /** Becomes the property {@code heap}. */
    @AttributeDefinition(name = "Heap",
            description = "The heap for pictures and internal memory, unless a client names one.")
    String heap() default "protected,secure-video";

    /** Becomes the property {@code area.target}. */
    @AttributeDefinition(name = "Area",
            description = "Filter of the contiguous area that the firmware is loaded through.")
    String area_target() default "(area.default=true)";

    /** Becomes the property {@code map.limit.ms}. */
    @AttributeDefinition(name = "Mapping limit (ms)",
            description = "How long the device may take to let go of a buffer that core moves or revokes.",
            min = "1", max = "60000")
    int map_limit_ms() default 1000;
}
