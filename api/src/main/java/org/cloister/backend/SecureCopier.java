// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Copies content between restricted memory of two backends within the secure world: a trusted application, or a DMA
 * engine that the normal world cannot aim elsewhere.
 */
@ConsumerType
public interface SecureCopier {
    /**
     * Tells whether this copier can write to memory of {@code target}. Quick.
     *
     * @param target a pool of another backend
     * @return whether {@link #copy} may be called with it
     */
    boolean reaches(Pool target);

    /**
     * Copies all of {@code from} to {@code to}. Blocks until done; nothing else uses either buffer meanwhile.
     *
     * @param from a live buffer of this copier's pool
     * @param target a pool that this copier {@linkplain #reaches reaches}
     * @param to a live buffer of {@code target}, at least as large
     * @throws org.cloister.heap.HeapException when it failed; the target's content is undefined then and is never shown
     */
    void copy(PoolBuffer from, Pool target, PoolBuffer to);
}
