// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import org.cloister.backend.BackendHost;
import org.cloister.backend.Pool;
import org.cloister.heap.HeapException;

/**
 * Tells core what becomes of the chunks of a pool: each step once, when its answer is there. Used by the thread that takes
 * the chunk through its steps, with the lock of {@link Transitions} held.
 *
 * @param host who is told
 * @param pool whose chunks they are
 */
record Tidings(BackendHost host, Pool pool) {
    /** The secure world has it. */
    void lent(Chunk chunk) {
        host.lent(pool, chunk.address(), chunk.size());
    }

    /** The secure world has it no more. */
    void reclaimed(Chunk chunk) {
        host.reclaimed(pool, chunk.address(), chunk.size());
    }

    /**
     * A step failed.
     *
     * @param step what could not be done, as a participle
     */
    void faulted(Chunk chunk, String step, Throwable failure) {
        String reason = failure instanceof HeapException e ? e.getMessage() : failure.toString();
        host.faulted(pool, chunk.address(), chunk.size(), "it could not be %s: %s".formatted(step, reason));
    }

    /** It is withdrawn. */
    void quarantined(Chunk chunk, String why) {
        host.quarantined(pool, chunk.address(), chunk.size(), why);
    }
}
