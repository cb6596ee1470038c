// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.time.Duration;
import org.cloister.pool.PoolTimer;

/**
 * How long something idle is kept.
 *
 * @param length zero for not at all
 * @param timer the time to go by
 */
record IdleTime(Duration length, PoolTimer timer) {
    /** Whether anything is kept. */
    boolean isSome() {
        return length.isPositive();
    }

    /** When what is idle from now on has been so for long enough. */
    long end() {
        return timer.nanoTime() + length.toNanos();
    }

    /** Whether that moment has come. */
    boolean isOver(long end) {
        return timer.nanoTime() - end >= 0;
    }

    /** Runs something at that moment, or as soon as can be. */
    void schedule(long end, Runnable action) {
        timer.schedule(Math.max(1, end - timer.nanoTime()), action);
    }
}
