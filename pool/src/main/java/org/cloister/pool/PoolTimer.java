// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import org.osgi.annotation.versioning.ConsumerType;

/** The time that a pool goes by: the machine's, or one that a test steps. Safe for use by any thread. */
@ConsumerType
public interface PoolTimer {
    /** Nanoseconds since some fixed moment; never goes back. */
    long nanoTime();

    /**
     * Runs an action later, on a thread that may wait for firmware. An action that is due when the timer is closed is
     * dropped.
     *
     * @param delayNanos greater than zero
     * @param action what to run, once
     */
    void schedule(long delayNanos, Runnable action);
}
