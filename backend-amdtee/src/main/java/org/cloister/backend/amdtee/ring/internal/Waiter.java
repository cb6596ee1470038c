// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.ring.internal;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** How to wait for a processor that raises no interrupt: the machine's clock, or one that a test steps. */
public interface Waiter {
    /** Nanoseconds since some fixed moment. */
    long nanos();

    /** Lets time pass, a little more with each turn. */
    void pause(int turn);

    /**
     * Waits. An interrupt of the thread is kept and ends nothing: what was begun has an answer.
     *
     * @param done asked again and again
     * @param limit how long at most
     * @return whether it was done in time
     */
    default boolean until(BooleanSupplier done, Duration limit) {
        long begin = nanos();
        for (int turn = 0; !done.getAsBoolean(); turn++) {
            if (nanos() - begin >= limit.toNanos()) {
                return done.getAsBoolean();
            }
            pause(turn);
        }
        return true;
    }

    /** The machine's clock: spins for some microseconds, then looks once in at most a millisecond, as Linux does. */
    static Waiter machine() {
        return new Waiter() {
            private static final int SPINS = 200;
            private static final long SHORTEST = 10_000;
            private static final long LONGEST = 1_000_000;

            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void pause(int turn) {
                if (turn < SPINS) {
                    Thread.onSpinWait();
                } else if (Thread.currentThread().isInterrupted()) {
                    Thread.yield(); // parking would return at once
                } else {
                    LockSupport.parkNanos(Math.min(LONGEST, SHORTEST * (turn - SPINS + 1)));
                }
            }
        };
    }
}
