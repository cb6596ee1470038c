// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The time that calls of OP-TEE go by: the machine's, or that of a simulation. Safe for use by any thread. */
public interface CallTime {
    /** What time it is, should OP-TEE ask. */
    Instant now();

    /**
     * Waits as {@link Condition#awaitNanos} does.
     *
     * @param lock held by the caller
     * @param condition of that lock
     * @param nanos how long at most
     * @return what is left of {@code nanos}
     */
    long await(ReentrantLock lock, Condition condition, long nanos) throws InterruptedException;

    /** The machine's. */
    static CallTime machine() {
        return new CallTime() {
            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public long await(ReentrantLock lock, Condition condition, long nanos) throws InterruptedException {
                return condition.awaitNanos(nanos);
            }
        };
    }
}
