// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ConsumerType;

/** A buffer's memory as the CPU sees it, until it is closed. */
@ConsumerType
public interface PoolMapping extends AutoCloseable {
    /** {@return the buffer's bytes} Inaccessible after {@link #close}, for every thread. */
    MemorySegment segment();

    /** Ends the mapping. Idempotent. */
    @Override
    void close();
}
