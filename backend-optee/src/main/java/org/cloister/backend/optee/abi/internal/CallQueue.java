// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * Who has no thread of the trusted OS waits here until another call is over (Linux: {@code optee_call_queue}). Safe for
 * use by any thread.
 */
final class CallQueue {
    /** Without a call of ours inside, others must hold the threads, and nobody tells us when they are through. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Duration patience;
    private final CallTime time;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition over = lock.newCondition();
    private int begun; // guarded by lock, as all below
    private int waiting;
    private long completed;

    /**
     * Makes a queue that nobody is in.
     *
     * @param patience how long a call waits for a thread, all in all
     * @param time that waits go by
     */
    CallQueue(Duration patience, CallTime time) {
        this.patience = patience;
        this.time = time;
    }

    /**
     * The state of the queue when a thread was last asked for.
     *
     * @param completed how many calls were over
     * @param patienceNanos how long to wait yet
     */
    record Ticket(long completed, long patienceNanos) {}

    /** A call begins; the result goes to {@link #awaitThread}. Balanced by {@link #end}. */
    Ticket begin() {
        lock.lock();
        try {
            begun++;
            return new Ticket(completed, patience.toNanos());
        } finally {
            lock.unlock();
        }
    }

    /** A call is over, one way or the other. */
    void end() {
        lock.lock();
        try {
            begun--;
            completed++;
            over.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The trusted OS had no thread for a call: waits until it may have one.
     *
     * @return what to wait with next time
     * @throws HeapException {@code BUSY} when the patience is used up, {@code INTERRUPTED}
     */
    Ticket awaitThread(String what, Ticket ticket) {
        lock.lock();
        try {
            if (completed != ticket.completed) {
                return new Ticket(completed, ticket.patienceNanos); // a thread was given back meanwhile
            }
            if (ticket.patienceNanos <= 0) {
                throw new HeapException(HeapError.BUSY, what, "OP-TEE",
                        "all its threads are in use for longer than " + patience.toMillis() + " ms",
                        "make fewer calls at a time, or build OP-TEE with more threads");
            }
            waiting++;
            long step = begun > waiting ? ticket.patienceNanos : Math.min(ticket.patienceNanos, LOOK_AGAIN_NANOS);
            try {
                long left = time.await(lock, over, step);
                return new Ticket(completed, ticket.patienceNanos - (step - left));
            } finally {
                waiting--;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeapException(HeapError.INTERRUPTED, what, "OP-TEE",
                    "the calling thread was interrupted while it waited for a thread of OP-TEE's", "call again", e);
        } finally {
            lock.unlock();
        }
    }
}
