// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the backend, PID {@code org.cloister.backend.linux}. Without one the backend does nothing. */
@ObjectClassDefinition(name = "Cloister Linux backend", description = "Heaps and trusted OSes of the kernel that this"
        + " runs on.")
@interface LinuxConfiguration {
    /** The PID. */
    String PID = "org.cloister.backend.linux";

    @AttributeDefinition(name = "Device directory", description = "Where device nodes are: heaps below dma_heap/,"
            + " trusted OSes as tee0, tee1, ...")
    String devices() default "/dev";

    @AttributeDefinition(name = "Restricted heaps", description = "Names of heaps that are kept from the CPU and do not"
            + " say so by the word 'protected'; * stands for any characters.")
    String[] restricted_heaps() default "system-secure*";

    @AttributeDefinition(name = "Largest buffer (bytes)", min = "0", description = "No buffer is larger than this, in"
            + " bytes. 0: no limit but that heaps of system memory give no more than is available, as the kernel would"
            + " rather end the process than refuse.")
    long largest_buffer_bytes() default 0;
}
