// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.platform.driver.Patience;

/**
 * Time that stands still until it is moved. Who waits for an answer waits by the machine's clock, and more patiently, for
 * the machine may be busy. Safe for use by any thread.
 */
final class StepTimer implements Timer {
    private static final int PATIENCE = 10;

    private record Due(long at, Runnable action) {}

    private final List<Due> due = new ArrayList<>(); // guarded by this
    private long now; // guarded by this

    @Override
    public synchronized Alarm after(Duration delay, Runnable action) {
        Due alarm = new Due(now + delay.toNanos(), action);
        due.add(alarm);
        return () -> {
            synchronized (this) {
                due.remove(alarm);
            }
        };
    }

    @Override
    public Patience patience(Duration limit) {
        return Patience.of(limit.multipliedBy(PATIENCE));
    }

    /** Moves time, and runs what is due. */
    void advance(Duration by) {
        long end;
        synchronized (this) {
            end = now + by.toNanos();
        }
        for (Optional<Due> next = next(end); next.isPresent(); next = next(end)) {
            next.get().action().run();
        }
        synchronized (this) {
            now = end;
        }
    }

    /** Moves time to what is due next and runs that, if it is due within some time; tells whether it was. */
    boolean advanceToNextWithin(Duration reach) {
        Optional<Due> next;
        synchronized (this) {
            next = next(now + reach.toNanos());
        }
        next.ifPresent(alarm -> alarm.action().run());
        return next.isPresent();
    }

    /** How much is due some time. */
    synchronized int pending() {
        return due.size();
    }

    private synchronized Optional<Due> next(long end) {
        Optional<Due> first = due.stream().filter(alarm -> alarm.at() <= end)
                .min((a, b) -> Long.compare(a.at(), b.at()));
        first.ifPresent(alarm -> {
            due.remove(alarm);
            now = Math.max(now, alarm.at());
        });
        return first;
    }
}
