// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.cloister.emulator.soc.SocClock;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * One budget of time for all that a change of the firewall waits for. Polls, so that ending a lease costs its holder
 * nothing and any clock will do. Used by one thread.
 */
final class Patience {
    private final String what;
    private final Duration timeout;
    private final SocClock clock;
    private final Initiators initiators;
    private final long start;
    private int looks;

    Patience(String what, Duration timeout, SocClock clock, Initiators initiators) {
        this.what = what;
        this.timeout = timeout;
        this.clock = clock;
        this.initiators = initiators;
        start = clock.nanos();
    }

    /**
     * Waits for a condition.
     *
     * @param why what stands in the way
     * @throws HeapException {@code TIMED_OUT}, {@code INTERRUPTED}
     */
    void await(BooleanSupplier condition, String why) {
        while (!condition.getAsBoolean()) {
            waitOnce(() -> why);
        }
    }

    /** Waits a moment at each word it is given; throws as {@link #await} does when there is no time left. */
    LongPredicate withLeases() {
        return word -> {
            waitOnce(() -> describe(word));
            return false;
        };
    }

    private void waitOnce(Supplier<String> why) {
        if (clock.nanos() - start >= timeout.toNanos()) {
            throw new HeapException(HeapError.TIMED_OUT, what, "the firewall",
                    why.get() + ", for longer than " + timeout, "end it, or allow more time");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new HeapException(HeapError.INTERRUPTED, what, "the firewall",
                    "the thread was interrupted while " + why.get(), "try again");
        }
        clock.pause(looks++);
    }

    private String describe(long word) {
        return "%s holds a lease (%s) on 0x%x to 0x%x".formatted(initiators.get(LeaseWord.initiator(word)),
                LeaseWord.access(word), LeaseWord.address(word),
                LeaseWord.address(word) + LeaseWord.length(word) - 1);
    }
}
