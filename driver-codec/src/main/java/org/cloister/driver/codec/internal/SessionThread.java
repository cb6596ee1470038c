// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.heap.Fence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread on which a session does all its work, so that nothing of it needs a lock. */
final class SessionThread {
    private static final Logger LOG = LoggerFactory.getLogger(SessionThread.class);

    private final ExecutorService executor;
    private volatile Thread thread;

    SessionThread(String name) {
        executor = Executors.newSingleThreadExecutor(task -> {
            thread = Thread.ofVirtual().name(name).unstarted(task);
            return thread;
        });
    }

    /** Runs {@code work} later; drops it, and says so, when the session is closed. */
    boolean run(Runnable work) {
        try {
            executor.execute(() -> logged(work));
            return true;
        } catch (RejectedExecutionException e) {
            LOG.trace("dropped, the session is closed", e);
            return false;
        }
    }

    private static void logged(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("a decode session stumbled", e);
        }
    }

    /** Runs {@code work} and waits until it is done, at most for {@code limit}. Not for this thread. */
    void barrier(Runnable work, Duration limit) {
        Fence done = new Fence("a word with a decode session");
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

    /** Runs {@code work} once all fences are signalled. */
    void after(List<Fence> fences, Runnable work) {
        AtomicInteger pending = new AtomicInteger(fences.size() + 1);
        Runnable oneLess = () -> {
            if (pending.decrementAndGet() == 0) {
                run(work);
            }
        };
        fences.forEach(fence -> fence.onSignal(oneLess));
        oneLess.run();
    }

    /** Runs {@code last} after all other work, or at once if the caller is this thread, and ends the thread. */
    void end(Runnable last) {
        if (Thread.currentThread() == thread) {
            last.run();
            executor.shutdown();
            return;
        }
        try {
            executor.submit(last).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.error("a decode session could not be closed", e.getCause());
        } finally {
            executor.shutdown();
        }
    }
}
