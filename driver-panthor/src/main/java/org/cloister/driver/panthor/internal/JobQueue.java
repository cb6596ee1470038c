// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** The compositions that a group has taken and not begun. For the driver's thread, but for {@link #admit}. */
final class JobQueue {
    private final CompositionRules rules;
    private final AtomicInteger pending = new AtomicInteger(); // those that are not done
    private final AtomicLong count = new AtomicLong();
    private final Deque<Job> waiting = new ArrayDeque<>();

    JobQueue(CompositionRules rules) {
        this.rules = rules;
    }

    /**
     * Makes a job, unless too many are not done. For any thread.
     *
     * @param make makes it, of its name
     * @throws HeapException {@code BUSY}, and what {@code make} throws
     */
    Job admit(Function<String, Job> make) {
        if (pending.incrementAndGet() > GpuGroup.QUEUE_DEPTH) {
            pending.decrementAndGet();
            throw rules.refused(HeapError.BUSY, "%d compositions are waiting already".formatted(GpuGroup.QUEUE_DEPTH),
                    "wait for the fence of one of them");
        }
        try {
            Job job = make.apply("%s composition %d".formatted(rules.group(), count.incrementAndGet()));
            job.done().onSignal(pending::decrementAndGet);
            return job;
        } catch (RuntimeException e) {
            pending.decrementAndGet();
            throw e;
        }
    }

    void add(Job job) {
        waiting.add(job);
    }

    /** Whether all that the first one waits for has happened. */
    boolean isReady() {
        return !waiting.isEmpty() && waiting.getFirst().isReady();
    }

    /** Who moves a buffer of the first one, and is not done yet. */
    List<Fence> movers() {
        return waiting.isEmpty() ? List.of() : waiting.getFirst().movers();
    }

    Job removeFirst() {
        return waiting.removeFirst();
    }

    /** The one that was removed is the first again. */
    void putBack(Job job) {
        waiting.addFirst(job);
    }

    /** None of them will be begun. */
    void giveUp(HeapException cause) {
        waiting.forEach(job -> abandon(job, cause));
        waiting.clear();
    }

    /** A job that the GPU was not given, and will not be. For any thread. */
    static void abandon(Job job, HeapException cause) {
        job.release();
        job.done().fail(cause);
    }
}
