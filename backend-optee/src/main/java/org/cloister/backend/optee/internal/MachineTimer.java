// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.cloister.pool.PoolTimer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's time, and two daemon threads: one that trims pools and one that heeds notifications, for the first may
 * wait in the secure world for what the second brings.
 */
final class MachineTimer implements PoolTimer, Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MachineTimer.class);

    private final ScheduledExecutorService trimmer = thread("cloister-optee-trim");
    private final ScheduledExecutorService notified = thread("cloister-optee-notify");

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name(name).factory());
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void schedule(long delayNanos, Runnable action) {
        try {
            trimmer.schedule(() -> guarded(action), delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the backend has stopped", e);
        }
    }

    @Override
    public void execute(Runnable action) {
        try {
            notified.execute(() -> guarded(action));
        } catch (RejectedExecutionException e) {
            LOG.debug("the backend has stopped", e);
        }
    }

    private static void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("work of the OP-TEE backend failed", e);
        }
    }

    /** Drops what is not due yet, and ends both threads. */
    @Override
    public void close() {
        trimmer.shutdownNow();
        notified.shutdown();
    }
}
