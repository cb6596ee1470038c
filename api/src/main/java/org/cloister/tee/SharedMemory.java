// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Memory that a trusted OS knows, until it is closed. Safe for use by any thread. */
@ConsumerType
public interface SharedMemory extends AutoCloseable {
    /** {@return bytes} */
    long size();

    /** {@return which way it may be used} */
    Direction direction();

    /** {@return the bytes, for the client; empty when the memory is a buffer, which may be restricted} */
    Optional<MemorySegment> segment();

    /** Ends the sharing. Idempotent. Calls that use the memory finish first. */
    @Override
    void close();
}
