// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.health.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What is healthy, PID {@code org.cloister.console.health}. */
@ObjectClassDefinition(name = "Cloister: health", description = "When heaps are healthy.")
@interface HealthConfiguration {
    /** The PID. */
    String PID = "org.cloister.console.health";

    @AttributeDefinition(name = "Heaps", description = "Names of heaps that have to be available. Empty: all that somebody"
            + " has ever served.")
    String[] heaps() default {};

    @AttributeDefinition(name = "Drain limit (ms)", min = "0", description = "How long a backend that has left may wait for"
            + " its live buffers, in milliseconds, before that is unhealthy.")
    long drain_limit_ms() default 60_000;

    @AttributeDefinition(name = "Quota warning (%)", min = "1", max = "100", description = "From which share of a quota on"
            + " its use is unhealthy, in per cent.")
    int quota_percent() default 90;
}
