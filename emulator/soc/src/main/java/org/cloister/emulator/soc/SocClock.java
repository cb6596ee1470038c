// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.concurrent.locks.LockSupport;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The clock of a board: the one source of time for the emulator. Either the machine's ({@link #system()}) or one that
 * is moved by hand ({@link StepClock}). Safe for use by any thread.
 */
@ConsumerType
@FunctionalInterface
public interface SocClock {
    /** Nanoseconds since some fixed moment; never goes back. */
    long nanos();

    /**
     * Lets a moment pass, on a thread that waits for others and looks again: a spin or a short sleep. A clock that is not
     * the machine's may let other threads run, and its own time pass.
     *
     * @param looks how often the thread has looked before
     */
    default void pause(int looks) {
        if (looks < 200) {
            Thread.onSpinWait();
        } else {
            LockSupport.parkNanos(20_000);
        }
    }

    /** The machine's own clock, counted from this call. */
    static SocClock system() {
        long start = System.nanoTime();
        return () -> System.nanoTime() - start;
    }
}
