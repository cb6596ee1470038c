// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What can be configured of the GPU's driver. */
@ObjectClassDefinition(id = PanthorConfiguration.PID, name = "Cloister driver: Panthor",
        description = "Drives Mali GPUs with a command-stream frontend.")
@interface PanthorConfiguration {
    /** The configuration's PID. */
    String PID = "org.cloister.driver.panthor";
    /** The heap that protected mode takes, unless configured. */
    String HEAP = "(&(heap.name=protected,secure-video)(heap.available=true))";

    /** Becomes the property {@code heap.target}. */
    @AttributeDefinition(name = "Heap", description = "Filter of the heap for what the GPU needs in protected mode.")
    String heap_target() default HEAP;

    /** Becomes the property {@code area.target}. */
    @AttributeDefinition(name = "Contiguous area",
            description = "Filter of the area that normal memory for firmware, tables and rings is taken from.")
    String area_target() default "(area.default=true)";

    /** Becomes the property {@code job.limit.ms}. */
    @AttributeDefinition(name = "Job limit (ms)",
            description = "How long a composition may take before its group is given up.", min = "1", max = "60000")
    int job_limit_ms() default 5000;

    /** Becomes the property {@code map.limit.ms}. */
    @AttributeDefinition(name = "Mapping limit (ms)",
            description = "How long the driver may take to let go of a buffer that core moves or revokes, besides what"
                    + " the GPU takes to be done with it or to be reset.",
            min = "1", max = "60000")
    int map_limit_ms() default 1000;
}
