// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon thread that heeds notifications. No other does, for work of the backend may wait in the secure world for
 * what a notification brings.
 */
final class NotificationThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NotificationThread.class);

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("cloister-optee-notify").factory());

    @Override
    public void execute(Runnable action) {
        try {
            thread.execute(() -> guarded(action));
        } catch (RejectedExecutionException e) {
            LOG.debug("the backend has stopped", e);
        }
    }

    private static void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("heeding a notification of OP-TEE's failed", e);
        }
    }

    /** Ends the thread once it has done what it was given. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
