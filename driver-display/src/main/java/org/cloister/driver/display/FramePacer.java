// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.cloister.heap.Fence;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Tells a display when pictures are due, by fences that a {@linkplain DisplayPlane#flip flip} waits for in addition to
 * its producers. The first picture is due at once, others as much later as their times differ. Pictures that come too
 * late are shown at once; the ones after them keep their times. Safe for use by any thread.
 */
@ProviderType
public final class FramePacer implements AutoCloseable {
    private final LongSupplier nanoTime;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("cloister frame pacer").factory());
    private final Set<Fence> pending = new HashSet<>(); // guarded by this, as are those below
    private OptionalLong origin = OptionalLong.empty(); // when a picture of time 0 is due
    private boolean closed;

    /**
     * Waits for the first picture.
     *
     * @param nanoTime the clock, such as {@code System::nanoTime}
     */
    public FramePacer(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * When a picture is due.
     *
     * @param time of the picture, as its stream counts; may be negative
     * @return signalled then, or already if that has passed or this is closed
     */
    public Fence due(Duration time) {
        Fence due = new Fence("the time of the picture of " + time);
        if (!schedule(due, TimeUnit.NANOSECONDS.convert(time))) {
            due.signal();
        }
        return due;
    }

    private synchronized boolean schedule(Fence due, long time) {
        long now = nanoTime.getAsLong();
        if (origin.isEmpty()) {
            origin = OptionalLong.of(now - time);
        }
        long left = origin.getAsLong() + time - now;
        if (closed || left <= 0) {
            return false;
        }
        pending.add(due);
        timer.schedule(() -> signal(due), left, TimeUnit.NANOSECONDS);
        return true;
    }

    private void signal(Fence due) {
        synchronized (this) {
            pending.remove(due);
        }
        due.signal();
    }

    /** From now on all pictures are due at once, those that are waited for too. Idempotent. */
    @Override
    public void close() {
        List<Fence> rest;
        synchronized (this) {
            closed = true;
            rest = List.copyOf(pending);
            pending.clear();
        }
        timer.shutdownNow();
        rest.forEach(Fence::signal);
    }
}
