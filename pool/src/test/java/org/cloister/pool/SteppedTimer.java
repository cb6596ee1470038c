// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A timer that is moved by hand; actions run on the thread that moves it. */
final class SteppedTimer implements PoolTimer {
    private record Entry(long due, Runnable action) {}

    private final List<Entry> entries = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1000; // wraps soon, as System.nanoTime may

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized void schedule(long delayNanos, Runnable action) {
        if (delayNanos <= 0) {
            throw new IllegalArgumentException("delay " + delayNanos);
        }
        entries.add(new Entry(now + delayNanos, action));
    }

    synchronized int pending() {
        return entries.size();
    }

    void advance(Duration by) {
        long end = nanoTime() + by.toNanos();
        while (true) {
            Entry next;
            synchronized (this) {
                next = entries.stream().filter(e -> e.due - end <= 0)
                        .min(Comparator.comparingLong(e -> e.due - end)).orElse(null);
                if (next == null) {
                    now = end;
                    return;
                }
                entries.remove(next);
                now = next.due;
            }
            next.action.run();
        }
    }
}
