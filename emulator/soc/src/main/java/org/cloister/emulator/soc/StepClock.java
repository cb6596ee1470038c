// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.annotation.versioning.ProviderType;

/** A clock that stands still until it is moved, for runs that must be the same each time. Starts at zero. */
@ProviderType
public final class StepClock implements SocClock {
    private final AtomicLong nanos = new AtomicLong();

    /** Makes a clock that shows zero. */
    public StepClock() {
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    /**
     * Moves the clock.
     *
     * @param by zero or more
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("a clock does not go back: " + by);
        }
        nanos.updateAndGet(now -> Math.addExact(now, by.toNanos()));
    }
}
