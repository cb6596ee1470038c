// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import java.util.Objects;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** How a trusted OS finds a buffer (Linux: what {@code update_shm} of a protected-memory pool answers). */
@ProviderType
public sealed interface TeeMemory {
    /**
     * The trusted OS knows the physical range.
     *
     * @param tee the {@code tee.id} of the TEE that restricts the memory, or a trusted application in it; empty when it
     *     is not restricted by a TEE, so that each has to see for itself whether it knows the range
     * @param address the physical address of the buffer
     */
    record Physical(Optional<String> tee, long address) implements TeeMemory {
        /** Checks the components. */
        public Physical {
            Objects.requireNonNull(tee, "tee");
        }

        /**
         * Memory that is not restricted by a TEE.
         *
         * @param address the physical address of the buffer
         */
        public Physical(long address) {
            this(Optional.empty(), address);
        }
    }

    /**
     * The buffer is a part of memory that the trusted OS knows as a whole.
     *
     * @param tee the {@code tee.id} of the TEE that gave the cookie
     * @param cookie the id of the whole: a shared-memory reference, an FF-A handle, a buffer id
     * @param offset bytes from the start of the whole
     */
    record Parent(String tee, long cookie, long offset) implements TeeMemory {
        /** Checks the components. */
        public Parent {
            Objects.requireNonNull(tee, "tee");
        }
    }

    /**
     * The buffer is a real dma-buf, and the kernel makes it known.
     *
     * @param fd the descriptor
     */
    record Descriptor(int fd) implements TeeMemory {}
}
