// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.cloister.heap.Fence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that all state of a driver belongs to. */
final class DriverThread {
    private static final Logger LOG = LoggerFactory.getLogger(DriverThread.class);

    private final ExecutorService executor;

    DriverThread(String name) {
        executor = Executors.newSingleThreadExecutor(Thread.ofVirtual().name(name).factory());
    }

    /** Runs something later; tells whether it will, which it will not once the thread has ended. */
    boolean run(Runnable work) {
        try {
            executor.execute(() -> logged(work));
            return true;
        } catch (RejectedExecutionException e) {
            LOG.trace("dropped, the driver has stopped", e);
            return false;
        }
    }

    private static void logged(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("the GPU's driver stumbled", e);
        }
    }

    /** Runs something and waits until it is done, at most for {@code limit}. Not for this thread. */
    void barrier(Runnable work, Duration limit) {
        Fence done = new Fence("a word with the GPU's driver");
        boolean accepted = run(() -> {
            try {
                work.run();
            } finally {
                done.signal();
            }
        });
        if (accepted) {
            done.await(limit.toNanos());
        }
    }

    /** Lets what was accepted be done, and ends the thread. */
    void end() {
        executor.shutdown();
    }
}
