// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What can be configured of the crypto driver. */
@ObjectClassDefinition(id = CryptoConfiguration.PID, name = "Cloister driver: crypto",
        description = "Signs with keys in restricted memory.")
@interface CryptoConfiguration {
    /** The configuration's PID. */
    String PID = "org.cloister.driver.crypto";

    /** Becomes the property {@code heap}. */
    @AttributeDefinition(name = "Heap", description = "The heap that keys are kept in.")
    String heap() default "protected,keys";

    /** Becomes the property {@code map.limit.ms}. */
    @AttributeDefinition(name = "Mapping limit (ms)",
            description = "How long to wait for memory management (moving, clearing) before a buffer is given up.",
            min = "1", max = "60000")
    int map_limit_ms() default 1000;
}
