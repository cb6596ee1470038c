// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import org.cloister.heap.DmaBuf;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Core, as a backend sees it. One host for each backend. Safe for use by any thread; core reacts on a thread of its
 * own, so these methods may be called from within pool methods and with locks held.
 */
@ProviderType
public interface BackendHost {
    /** {@link HeapBackend#offers} would answer differently now. */
    void offersChanged();

    /**
     * A pool will not work again: its firmware died, its device vanished. Core turns to another backend; live buffers
     * are revoked.
     *
     * @param pool the pool
     * @param why the reason, for people
     */
    void failed(Pool pool, String why);

    /**
     * Memory could not be made safe for a next user and is withdrawn for good.
     *
     * @param pool the pool that it belonged to
     * @param address the physical address
     * @param size bytes
     * @param why the reason, for people
     */
    void quarantined(Pool pool, long address, long size, String why);

    /**
     * Looks behind a buffer, for a backend that is a TEE and is given buffers as parameters.
     *
     * @param buffer any open reference, of any backend
     * @return the pool and its memory, held until closed
     * @throws org.cloister.heap.HeapException {@code CLOSED}, {@code REVOKED}; {@code INVALID_ARGUMENT} when the buffer
     *     was not made by this framework
     */
    BorrowedBuffer borrow(DmaBuf buffer);
}
