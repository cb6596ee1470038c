// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's clock. Several alarms are set for each picture, and nearly all are cancelled long before they are due. So
 * its thread is woken only for one that is due before it looks again anyway, which an executor of the JDK's does not
 * spare: that took two in a hundred of the time of playback.
 */
final class SystemTimer implements Timer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemTimer.class);
    private static final long NEVER = Long.MAX_VALUE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Due> due = // guarded by lock, as are those below
            new PriorityQueue<>(Comparator.comparingLong((Due alarm) -> alarm.at));
    private long looks = NEVER; // when the thread does so next
    private boolean closed;
    private final long start = System.nanoTime();

    /** Distinct even if two are alike. */
    private static final class Due {
        private final long at;
        private final Runnable action;

        private Due(long at, Runnable action) {
            this.at = at;
            this.action = action;
        }
    }

    SystemTimer(String name) {
        Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    private long now() {
        return System.nanoTime() - start;
    }

    @Override
    public Alarm after(Duration delay, Runnable action) {
        Due alarm = new Due(now() + delay.toNanos(), action);
        lock.lock();
        try {
            if (closed) {
                return () -> { };
            }
            due.add(alarm);
            if (alarm.at < looks) {
                looks = alarm.at;
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        return () -> cancel(alarm);
    }

    private void cancel(Due alarm) {
        lock.lock();
        try {
            due.remove(alarm);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            for (Optional<Runnable> next = take(); next.isPresent(); next = take()) {
                ring(next.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void ring(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("an alarm failed", e);
        }
    }

    /** Waits for what is due next; nothing when closed. */
    private Optional<Runnable> take() throws InterruptedException {
        lock.lock();
        try {
            while (!closed) {
                Due first = due.peek();
                if (first != null && first.at <= now()) {
                    return Optional.of(due.remove().action);
                }
                looks = first == null ? NEVER : first.at;
                changed.await(looks - now(), TimeUnit.NANOSECONDS);
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing happens any more. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            due.clear();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
