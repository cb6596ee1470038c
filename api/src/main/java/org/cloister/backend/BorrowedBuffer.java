// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The memory behind a buffer, kept alive until this is closed. Safe for use by any thread.
 */
@ProviderType
public interface BorrowedBuffer extends AutoCloseable {
    /** {@return the pool that the memory came from} */
    Pool pool();

    /** {@return the memory} */
    PoolBuffer memory();

    /**
     * Runs {@code action} when the buffer is revoked, before its memory goes: shared-memory registrations end there. At
     * once if it is revoked already.
     *
     * @param action quick
     */
    void onRevoke(Runnable action);

    /** Lets go. Idempotent. */
    @Override
    void close();
}
