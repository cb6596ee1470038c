// SPDX-License-Identifier: Apache-2.0
package org.cloister.descriptor;

import org.osgi.annotation.versioning.ConsumerType;

/** An open file of this process that its holder owns. Safe for use by any thread. */
@ConsumerType
public interface Descriptor extends AutoCloseable {
    /**
     * {@return the number, for native code; valid until this is closed}
     *
     * @throws org.cloister.heap.HeapException {@code CLOSED}
     */
    int fd();

    /**
     * Gives the descriptor away: closing this does nothing any more, and whoever took the number closes it.
     *
     * @return the number
     * @throws org.cloister.heap.HeapException {@code CLOSED}, also when it was given away before
     */
    int release();

    /**
     * {@return bytes of the buffer behind it}
     *
     * @throws org.cloister.heap.HeapException {@code CLOSED}; {@code NOT_SUPPORTED} when it has no size
     */
    long size();

    /**
     * Waits until a sync file is signalled, or until the fences of writers of a buffer are.
     *
     * @param budgetNanos the longest time; zero or less tests only and never sleeps
     * @return what is left of the budget and at least 1 when signalled; 0 when the budget ran out
     * @throws org.cloister.heap.HeapException {@code INTERRUPTED}, {@code CLOSED}
     */
    long await(long budgetNanos);

    /** Closes the descriptor, unless it was given away. Idempotent. */
    @Override
    void close();
}
