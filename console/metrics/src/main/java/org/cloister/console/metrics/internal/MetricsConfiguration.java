// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What is measured, PID {@code org.cloister.console.metrics}. */
@ObjectClassDefinition(name = "Cloister: metrics", description = "Metrics of heaps for Micrometer and Prometheus.")
@interface MetricsConfiguration {
    /** The PID. */
    String PID = "org.cloister.console.metrics";

    @AttributeDefinition(name = "Labels", min = "1", description = "How many values a label may have, such as bundles. What"
            + " comes later is counted together, as \"other\", so that nobody can make the number of time series grow.")
    int labels() default 50;

    @AttributeDefinition(name = "Oldest reading (ms)", min = "0", description = "How old the state of heaps may be that"
            + " registries of others read, in milliseconds: one reading serves all meters. Prometheus always gets a fresh one.")
    long reading_ms() default 1000;
}
