// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

/** Where core's time comes from; tests and simulations step it. */
interface TimeSource {
    /** Nanoseconds since some moment, never going back. */
    long nanoTime();

    /** Runs {@code action} on a thread of core's, not before {@code delayNanos} from now. */
    void schedule(long delayNanos, Runnable action);
}
