// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.cloister.pool.PoolTimer;

/** Time that passes when a test says so. For one thread. */
final class SteppedTime implements PoolTimer {
    private final List<Due> due = new ArrayList<>();
    private long now;

    private record Due(long at, Runnable action) {}

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void schedule(long delayNanos, Runnable action) {
        due.add(new Due(now + delayNanos, action));
    }

    /** Lets time pass, and runs what is due by then. */
    void pass(Duration time) {
        now += time.toNanos();
        while (due.stream().anyMatch(one -> one.at <= now)) {
            Due next = due.stream().min(Comparator.comparingLong(Due::at)).orElseThrow();
            due.remove(next);
            next.action.run();
        }
    }
}
