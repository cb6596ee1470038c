// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's clock. */
final class SystemTimer implements Timer, AutoCloseable {
    private final ScheduledThreadPoolExecutor thread;

    SystemTimer(String name) {
        thread = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(name).factory());
        thread.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Alarm after(Duration delay, Runnable action) {
        try {
            Future<?> later = thread.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> later.cancel(false);
        } catch (RejectedExecutionException stopped) {
            return () -> { };
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
