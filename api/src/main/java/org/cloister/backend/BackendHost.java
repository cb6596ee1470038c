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
     * The pool has lent a range to the secure world, or otherwise had one protected at run time: the normal world has
     * no access any more. To be told once for each range, and only when it is done. Does nothing by default, for hosts
     * that need not know, such as those of tests.
     *
     * @param pool the pool that lends
     * @param address the physical address
     * @param size bytes
     */
    default void lent(Pool pool, long address, long size) {}

    /**
     * A range that was {@link #lent} is out of the secure world again. To be told once for each range, and only when it
     * is done: of what is {@link #quarantined} not before a retry has succeeded. Does nothing by default.
     *
     * @param pool the pool that lent
     * @param address the physical address
     * @param size bytes
     */
    default void reclaimed(Pool pool, long address, long size) {}

    /**
     * A step of lending a range, or of taking it back, failed: firmware or the firewall refused it, or nobody knows
     * what they did. To be told once for each attempt, before what follows from it, such as that the range is
     * {@link #quarantined}. Does nothing by default.
     *
     * @param pool the pool that tried
     * @param address the physical address
     * @param size bytes
     * @param why the step and the reason, for people
     */
    default void faulted(Pool pool, long address, long size, String why) {}

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
