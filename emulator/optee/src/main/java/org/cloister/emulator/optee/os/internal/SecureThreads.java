// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * The threads of the trusted OS, a fixed number. A yielding call takes the first that is free and has it until it is
 * done, also while it is suspended.
 *
 * <p>Safe for use by any thread: {@code this} guards the states of the threads.
 */
public final class SecureThreads {
    private final SecureThread[] threads;
    private boolean closed; // guarded by this

    /** Makes {@code count} threads, all free. */
    public SecureThreads(int count, InterruptLatch interrupts) {
        threads = new SecureThread[count];
        for (int i = 0; i < count; i++) {
            threads[i] = new SecureThread(i, interrupts);
        }
    }

    /** How many there are. */
    public int count() {
        return threads.length;
    }

    /**
     * Runs {@code body} on a free thread.
     *
     * @return how the processor came back; empty when no thread is free
     */
    Optional<Outcome> run(SecureThread.Body body) {
        SecureThread free = take();
        return free == null ? Optional.empty() : Optional.of(settle(free, () -> free.start(body)));
    }

    /**
     * Resumes a thread.
     *
     * @return how the processor came back; empty when no such thread is suspended
     */
    Optional<Outcome> resume(int id, Resumption with) {
        synchronized (this) {
            if (id < 0 || id >= threads.length || threads[id].state() != SecureThread.State.SUSPENDED || closed) {
                return Optional.empty();
            }
            threads[id].state(SecureThread.State.ACTIVE);
        }
        return Optional.of(settle(threads[id], () -> threads[id].proceed(with)));
    }

    private synchronized SecureThread take() {
        if (!closed) {
            for (SecureThread thread : threads) {
                if (thread.state() == SecureThread.State.FREE) {
                    thread.state(SecureThread.State.ACTIVE);
                    return thread;
                }
            }
        }
        return null;
    }

    private Outcome settle(SecureThread thread, Supplier<Outcome> turn) {
        SecureThread.State next = SecureThread.State.FREE;
        try {
            Outcome outcome = turn.get();
            if (outcome instanceof Outcome.Suspended) {
                next = SecureThread.State.SUSPENDED;
            }
            return outcome;
        } finally {
            synchronized (this) {
                thread.state(next);
            }
        }
    }

    /** Tells whether no thread is in use. */
    synchronized boolean allFree() {
        for (SecureThread thread : threads) {
            if (thread.state() != SecureThread.State.FREE) {
                return false;
            }
        }
        return true;
    }

    /** The state of each thread, for reports. */
    public synchronized String states() {
        var text = new StringBuilder();
        for (SecureThread thread : threads) {
            text.append(thread.state()).append(' ');
        }
        return text.toString().strip();
    }

    /** Ends the threads that are suspended, for good; none starts any more. */
    public void close() {
        synchronized (this) {
            closed = true;
        }
        for (SecureThread thread : threads) {
            boolean end;
            synchronized (this) {
                end = thread.state() == SecureThread.State.SUSPENDED;
                if (end) {
                    thread.state(SecureThread.State.ACTIVE);
                }
            }
            if (end) {
                thread.powerOff();
                synchronized (this) {
                    thread.state(SecureThread.State.FREE);
                }
            }
        }
    }
}
