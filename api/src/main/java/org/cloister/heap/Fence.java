// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Something that will be done: signalled once, with success or an error, and never reset (Linux: {@code dma_fence}).
 * Whoever promises the work makes a fence, adds it to a {@link Reservation}, and signals it; a fence that is never
 * signalled keeps others waiting until their budgets run out.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public final class Fence {
    /**
     * For what a fence stands in a reservation. Waiting for one usage waits for all usages before it, too
     * (Linux: {@code enum dma_resv_usage}).
     */
    @ProviderType
    public enum Usage {
        /** Memory management: moving or clearing the buffer. Everybody waits for it. */
        KERNEL,
        /** Writes to the buffer. */
        WRITE,
        /** Reads of the buffer. */
        READ,
        /** Uses without implicit synchronisation; only release and move of the buffer wait for them. */
        BOOKKEEP
    }

    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition done = lock.newCondition();
    private List<Runnable> callbacks = new ArrayList<>(); // guarded by lock; emptied when signalled
    private volatile boolean signalled; // written under lock, once
    private volatile HeapException failure; // written before signalled

    /**
     * Makes a pending fence.
     *
     * @param name who will signal it, for people who debug, such as {@code "display flip 17"}
     */
    public Fence(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    /** {@return who will signal it} */
    public String name() {
        return name;
    }

    /** {@return whether it is signalled, with success or an error} */
    public boolean isSignalled() {
        return signalled;
    }

    /** {@return the error that it was signalled with; empty while pending or after success} */
    public Optional<HeapException> failure() {
        return signalled ? Optional.ofNullable(failure) : Optional.empty();
    }

    /**
     * Signals success.
     *
     * @return false, and nothing is done, if it was signalled before
     */
    public boolean signal() {
        return finish(null);
    }

    /**
     * Signals that the work failed.
     *
     * @param error why
     * @return false, and nothing is done, if it was signalled before
     */
    public boolean fail(HeapException error) {
        return finish(Objects.requireNonNull(error, "error"));
    }

    private boolean finish(HeapException error) {
        List<Runnable> toRun;
        lock.lock();
        try {
            if (signalled) {
                return false;
            }
            failure = error;
            signalled = true;
            toRun = callbacks;
            callbacks = List.of();
            done.signalAll();
        } finally {
            lock.unlock();
        }
        toRun.forEach(Fence::run);
        return true;
    }

    /** One callback does not keep the others, or the signaller, from going on. */
    private static void run(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    /**
     * Runs {@code callback} once the fence is signalled: at once, on this thread, if it is; else on the thread that
     * signals.
     *
     * @param callback short; what it throws goes to the thread's handler of uncaught exceptions
     */
    public void onSignal(Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        lock.lock();
        try {
            if (!signalled) {
                callbacks.add(callback);
                return;
            }
        } finally {
            lock.unlock();
        }
        run(callback);
    }

    /**
     * Waits until the fence is signalled, with success or an error.
     *
     * @param budgetNanos the longest time to wait; zero or less tests only and never sleeps
     * @return what is left of the budget and at least 1 when signalled; 0 when the budget ran out
     * @throws HeapException {@code INTERRUPTED}
     */
    public long await(long budgetNanos) {
        if (signalled) {
            return Math.max(1, budgetNanos);
        }
        if (budgetNanos <= 0) {
            return 0;
        }
        long left = budgetNanos;
        lock.lock();
        try {
            while (!signalled) {
                if (left <= 0) {
                    return 0;
                }
                left = done.awaitNanos(left);
            }
            return Math.max(1, left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeapException(HeapError.INTERRUPTED, "wait for a fence", name,
                    "the thread was interrupted after " + TimeUnit.NANOSECONDS.toMillis(budgetNanos - left) + " ms",
                    "wait again if the work is still wanted", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "fence " + name + (signalled ? failure == null ? " (signalled)" : " (failed)" : " (pending)");
    }
}
