// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

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

    /** The machine's own clock, counted from this call. */
    static SocClock system() {
        long start = System.nanoTime();
        return () -> System.nanoTime() - start;
    }
}
