// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** The machine's time, and a daemon thread of its own for what is due. Safe for use by any thread. */
@ProviderType
public final class MachineTimer implements PoolTimer, AutoCloseable {
    private final ScheduledExecutorService thread;
    private final Consumer<? super Throwable> failed;

    /**
     * A timer whose thread starts with the first action.
     *
     * @param name the name of the thread
     * @param failed told on that thread what an action threw; the next action runs all the same
     */
    public MachineTimer(String name, Consumer<? super Throwable> failed) {
        this.thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name(name).factory());
        this.failed = failed;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    /** {@inheritDoc} Does nothing once this is closed. */
    @Override
    public void schedule(long delayNanos, Runnable action) {
        try {
            thread.schedule(() -> guarded(action), delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            // as what was not due when it was closed
        }
    }

    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | LinkageError e) {
            failed.accept(e);
        }
    }

    /** Drops what is not due yet, interrupts what is running, and lets the thread end. Idempotent. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
