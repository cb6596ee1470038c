// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.rstmem;

import java.util.Objects;
import org.cloister.heap.DmaBuf;
import org.cloister.tee.SharedMemory;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What {@link RestrictedMemory} allocated. Buffer and shared memory may be closed one by one, in any order: the memory
 * goes back when both are.
 *
 * @param buffer the buffer, for devices
 * @param memory the same memory, for parameters of trusted applications
 * @param size bytes that were given
 * @param flags {@link RestrictedMemory#RESTRICTED}
 */
@ProviderType
public record RestrictedAllocation(DmaBuf buffer, SharedMemory memory, long size, int flags) implements AutoCloseable {
    /** Checks that nothing is missing. */
    public RestrictedAllocation {
        Objects.requireNonNull(buffer, "buffer");
        Objects.requireNonNull(memory, "memory");
    }

    /** Closes both. Idempotent. */
    @Override
    public void close() {
        try {
            memory.close();
        } finally {
            buffer.close();
        }
    }
}
