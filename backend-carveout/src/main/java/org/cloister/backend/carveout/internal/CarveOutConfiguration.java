// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Declares one reserved-memory node to be a heap; factory PID {@code org.cloister.backend.carveout}. */
@ObjectClassDefinition(name = "Cloister carve-out", description = "A node of /reserved-memory that boot firmware has"
        + " protected and that is to be a heap. Needed for device trees that do not say so themselves; wins over those"
        + " that do.")
@interface CarveOutConfiguration {
    /** The factory PID. */
    String PID = "org.cloister.backend.carveout";

    @AttributeDefinition(name = "Node", description = "The path of the node, such as"
            + " /reserved-memory/secure-video@90000000.")
    String node();

    @AttributeDefinition(name = "Use case", description = "What the memory is for, such as secure-video, trusted-ui or"
            + " secure-video-record, or a name of your own.")
    String heap_use$_$case() default "secure-video";

    @AttributeDefinition(name = "Use case id", min = "0", description = "The id of a use case of your own, 256 or more."
            + " 0: the use case is one of mainline Linux's.")
    int heap_use$_$case$_$id() default 0;

    @AttributeDefinition(name = "Heap name", description = "The name of the heap. Empty: the one that mainline Linux"
            + " gives the use case, such as protected,secure-video.")
    String heap_name() default "";

    @AttributeDefinition(name = "Grants", description = "What boot firmware has granted whom: cpu:w, video-decoder:rw,"
            + " display:r. Rights are r, w or rw.")
    String[] grants();
}
