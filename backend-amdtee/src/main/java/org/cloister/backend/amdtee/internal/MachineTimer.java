// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.cloister.pool.PoolTimer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine's time, and a daemon thread that trims pools. */
final class MachineTimer implements PoolTimer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MachineTimer.class);

    private final ScheduledExecutorService trimmer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("cloister-amdtee-trim").factory());

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

    private static void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("work of the AMD-TEE backend failed", e);
        }
    }

    @Override
    public void close() {
        trimmer.shutdownNow();
    }
}
