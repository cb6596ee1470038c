// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what is handed in on a thread of the executor's, one after another and in the order of handing in. Whoever hands in
 * may hold locks. Safe for use by any thread.
 */
final class Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    private final Executor executor;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger left = new AtomicInteger(); // of waiting, the one that runs included

    Relay(Executor executor) {
        this.executor = executor;
    }

    /** Runs {@code action} after all that was handed in before. Returns at once. */
    void add(Runnable action) {
        waiting.add(action);
        if (left.getAndIncrement() == 0) {
            executor.execute(this::run);
        }
    }

    private void run() {
        do {
            try {
                waiting.remove().run();
            } catch (RuntimeException | Error e) {
                LOG.error("work of core failed", e);
            }
        } while (left.decrementAndGet() > 0);
    }
}
