// SPDX-License-Identifier: Apache-2.0
package org.cloister.descriptor;

import org.osgi.annotation.versioning.ConsumerType;

/** Waits for other processes that want to exchange descriptors. Safe for use by any thread. */
@ConsumerType
public interface DescriptorListener extends AutoCloseable {
    /**
     * Waits for the next connection.
     *
     * @return the connection, to be closed by the caller
     * @throws org.cloister.heap.HeapException {@code INTERRUPTED}, {@code CLOSED}, {@code TOO_MANY_FILES}
     */
    DescriptorSocket accept();

    /** Listens no longer, removes the socket's path, and wakes who waits. Idempotent. */
    @Override
    void close();
}
