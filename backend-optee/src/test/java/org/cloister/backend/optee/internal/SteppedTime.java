// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.cloister.pool.PoolTimer;

/** A timer that is moved by hand; actions run on the thread that moves it. */
public final class SteppedTime implements PoolTimer {
    private record Entry(long due, Runnable action) {}

    private final List<Entry> entries = new ArrayList<>();
    private long now;

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized void schedule(long delayNanos, Runnable action) {
        entries.add(new Entry(now + delayNanos, action));
    }

    public void advance(Duration by) {
        long end = nanoTime() + by.toNanos();
        for (Optional<Entry> next = next(end); next.isPresent(); next = next(end)) {
            next.get().action.run();
        }
    }

    private synchronized Optional<Entry> next(long end) {
        Optional<Entry> next = entries.stream().filter(e -> e.due <= end).min(Comparator.comparingLong(e -> e.due));
        now = next.map(Entry::due).orElse(end);
        next.ifPresent(entries::remove);
        return next;
    }
}
