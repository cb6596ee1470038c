// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Memory as bus masters see it, whoever they are: the eyes of the checks that look from outside. Register it as a
 * service beside the backend under test. Safe for use by any thread.
 */
@ConsumerType
public interface MemoryObserver {
    /** The name of the application processor in the normal world. */
    String CPU = "cpu";

    /** {@return the names of all bus masters of the normal world, as pools name them in grants; {@value #CPU} too} */
    Set<String> initiators();

    /**
     * Reads as a bus master. Where memory is encrypted, what one without the key reads.
     *
     * @param initiator one of {@link #initiators}
     * @param address the physical address of the first byte
     * @param into filled completely when the access goes through
     * @return whether it went through; false when it was blocked, and {@code into} is as it was
     */
    boolean read(String initiator, long address, MemorySegment into);

    /**
     * Writes as a bus master.
     *
     * @param initiator one of {@link #initiators}
     * @param address the physical address of the first byte
     * @param from what to write
     * @return whether it went through; false when it was blocked, and nothing is written
     */
    boolean write(String initiator, long address, MemorySegment from);
}
