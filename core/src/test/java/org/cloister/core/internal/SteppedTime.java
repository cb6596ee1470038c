// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes when a test says so, on the test's thread. */
final class SteppedTime implements TimeSource {
    private record Appointment(long at, long order, Runnable action) {}

    private final PriorityQueue<Appointment> appointments = new PriorityQueue<>(
            Comparator.comparingLong(Appointment::at).thenComparingLong(Appointment::order)); // guarded by this
    private long now; // guarded by this
    private long order; // guarded by this

    @Override
    public synchronized void schedule(long delayNanos, Runnable action) {
        long at = now + delayNanos;
        appointments.add(new Appointment(at < now ? Long.MAX_VALUE : at, order++, action)); // in 292 years at most
    }

    void advance(Duration time) {
        long end;
        synchronized (this) {
            end = now + time.toNanos();
        }
        for (Runnable action = next(end); action != null; action = next(end)) {
            action.run();
        }
    }

    private synchronized Runnable next(long end) {
        Appointment first = appointments.peek();
        if (first == null || first.at() > end) {
            now = end;
            return null;
        }
        now = first.at();
        return appointments.remove().action();
    }
}
