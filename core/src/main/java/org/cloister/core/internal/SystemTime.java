// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's time: one daemon thread that only ticks, and a virtual thread for each piece of work that may take a
 * while, so that work which waits for a backend or an importer holds no other work up.
 */
final class SystemTime implements TimeSource, Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemTime.class);

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("cloister-clock").factory());
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("cloister-work-", 0).factory());

    @Override
    public void schedule(long delayNanos, Runnable action) {
        try {
            clock.schedule(() -> guarded(action), delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("core is stopping", e);
        }
    }

    /** Runs {@code action} soon; while core stops, at once on the calling thread, so that nothing is left undone. */
    @Override
    public void execute(Runnable action) {
        try {
            workers.execute(() -> guarded(action));
        } catch (RejectedExecutionException e) {
            guarded(action);
        }
    }

    private static void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            LOG.error("work of core failed", e);
        }
    }

    /** Lets work under way finish for a moment, then ends all threads. */
    @Override
    public void close() {
        clock.shutdownNow();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(5, TimeUnit.SECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException e) {
            workers.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
