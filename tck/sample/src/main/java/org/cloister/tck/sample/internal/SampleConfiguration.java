// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the sample, PID {@code org.cloister.tck.sample}. */
@ObjectClassDefinition(name = "Cloister TCK: sample backend",
        description = "Makes the backend that the TCK is tested with wrong in one thing.")
@interface SampleConfiguration {
    /** The PID. */
    String PID = "org.cloister.tck.sample";

    @AttributeDefinition(name = "Flaw", description = "What is wrong with the backend; empty for a right one.")
    String flaw() default "";
}
