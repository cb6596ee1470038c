// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

/** Where core's time comes from; tests and simulations step it. */
interface TimeSource {
    /** Runs {@code action} on a thread of core's, not before {@code delayNanos} from now. It must be short. */
    void schedule(long delayNanos, Runnable action);
}
