// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where calls of the trusted OS wait for each other: one asks to wait for a number, another has it sent (Linux:
 * {@code optee_notif_wait}). What is sent before somebody waits is kept, once.
 *
 * <p>Waiting ignores interrupts: the trusted OS would ask again at once, and its thread cannot be abandoned. Safe for use
 * by any thread.
 */
final class Notifications {
    private final CallTime time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Waiters> waiters = new HashMap<>(); // guarded by lock
    private final Set<Integer> sent = new HashSet<>(); // guarded by lock

    /** Those who wait for one number. */
    private static final class Waiters {
        private final Condition woken;
        private int count;
        private int wake;

        Waiters(Condition woken) {
            this.woken = woken;
        }
    }

    /** @param time that waits go by */
    Notifications(CallTime time) {
        this.time = time;
    }

    /**
     * Waits until a number is sent.
     *
     * @param millis the longest time to wait, zero for no limit
     * @return whether it was sent
     */
    boolean await(int number, int millis) {
        lock.lock();
        boolean interrupted = false;
        try {
            if (sent.remove(number)) {
                return true;
            }
            Waiters own = waiters.computeIfAbsent(number, n -> new Waiters(lock.newCondition()));
            own.count++;
            long left = TimeUnit.MILLISECONDS.toNanos(Integer.toUnsignedLong(millis));
            while (own.wake == 0 && (millis == 0 || left > 0)) {
                try {
                    if (millis == 0) {
                        own.woken.awaitUninterruptibly();
                    } else {
                        left = time.await(lock, own.woken, left);
                    }
                } catch (InterruptedException e) {
                    interrupted = true; // and the whole time again: being late does no harm
                }
            }
            boolean woken = own.wake > 0;
            if (woken) {
                own.wake--;
            }
            if (--own.count == 0) {
                waiters.remove(number);
            }
            return woken;
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Wakes one who waits for a number, or the next who will. */
    void send(int number) {
        lock.lock();
        try {
            Waiters own = waiters.get(number);
            if (own == null || own.wake == own.count) {
                sent.add(number);
            } else {
                own.wake++;
                own.woken.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a time that the trusted OS asked for. */
    void suspend(int millis) {
        lock.lock();
        boolean interrupted = false;
        try {
            Condition never = lock.newCondition();
            long left = TimeUnit.MILLISECONDS.toNanos(Integer.toUnsignedLong(millis));
            while (left > 0) {
                try {
                    left = time.await(lock, never, left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
