// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.cloister.heap.Fence;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Tells a display when frames are due, by fences that a {@linkplain DisplayPlane#flip flip} waits for in addition to
 * its producers: frame <i>n</i> is due <i>n</i> periods after the pacer was made. Frames that come too late are shown
 * at once, and counted; the ones after them keep their times. Safe for use by any thread.
 */
@ProviderType
public final class FramePacer {
    private final long periodNanos;
    private final LongSupplier nanoTime;
    private final ScheduledExecutorService timer;
    private final long start;
    private final AtomicLong late = new AtomicLong();

    /**
     * Begins now.
     *
     * @param period from one frame to the next, greater than zero
     * @param nanoTime the clock, such as {@code System::nanoTime}
     * @param timer signals the fences; stays the caller's
     */
    public FramePacer(Duration period, LongSupplier nanoTime, ScheduledExecutorService timer) {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("frames do not follow each other by " + period);
        }
        this.periodNanos = period.toNanos();
        this.nanoTime = nanoTime;
        this.timer = timer;
        this.start = nanoTime.getAsLong();
    }

    /**
     * When a frame is due.
     *
     * @param frame counts frames, from 0
     * @return signalled then, or already if that has passed
     */
    public Fence due(long frame) {
        Fence due = new Fence("the time of frame " + frame);
        long left = start + Math.multiplyExact(frame, periodNanos) - nanoTime.getAsLong();
        if (left <= 0) {
            if (left < 0) {
                late.incrementAndGet();
            }
            due.signal();
        } else {
            timer.schedule(due::signal, left, TimeUnit.NANOSECONDS);
        }
        return due;
    }

    /** How many frames were late when they were asked for. */
    public long late() {
        return late.get();
    }
}
