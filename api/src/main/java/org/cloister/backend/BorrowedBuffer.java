// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The memory behind a buffer. It does not go back to its pool before this is closed, also when the buffer is revoked
 * meanwhile: somebody else's data must not appear in what a trusted OS still has registered. Safe for use by any
 * thread.
 */
@ProviderType
public interface BorrowedBuffer extends AutoCloseable {
    /** {@return the pool that the memory came from} */
    Pool pool();

    /** {@return the memory} */
    PoolBuffer memory();

    /**
     * Runs {@code action} when the buffer is revoked: shared-memory registrations end there, and this is closed when
     * they have. At once, on this thread, if it is revoked already; else on a thread of core's.
     *
     * @param action quick
     */
    void onRevoke(Runnable action);

    /** Lets go. Idempotent. */
    @Override
    void close();
}
