// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.tee;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The calls that use memory which a trusted OS knows.
 *
 * <table>
 *   <caption>Life</caption>
 *   <tr><th>state</th><th>use in a call</th><th>next</th></tr>
 *   <tr><td>OPEN</td><td>yes</td><td>REVOKED by {@link #revoke}, CLOSED by {@link #close}</td></tr>
 *   <tr><td>REVOKED</td><td>{@code REVOKED}</td><td>CLOSED by {@link #close}</td></tr>
 *   <tr><td>CLOSED</td><td>{@code CLOSED}</td><td>-</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public final class MemoryUses {
    /** How {@link #close} ended. */
    public enum End {
        /** It was closed before: nothing is to be done. */
        BEFORE,
        /** Nobody uses the memory, and nobody can any more. */
        UNUSED,
        /** A call was lost, and may still use the memory: it must not get to anybody else. */
        LOST
    }

    private enum State { OPEN, REVOKED, CLOSED }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition unused = lock.newCondition();
    private final List<Use> uses = new ArrayList<>(); // guarded by lock
    private State state = State.OPEN; // guarded by lock
    private boolean lost; // guarded by lock

    /** Uses of memory that is open. */
    public MemoryUses() {
    }

    /** A call that uses the memory, until it is closed. */
    @ProviderType
    public final class Use implements AutoCloseable {
        private final Runnable cancel;

        private Use(Runnable cancel) {
            this.cancel = cancel;
        }

        /** Nobody knows whether the call is over: the memory must not get to anybody else. */
        public void lose() {
            lock.lock();
            try {
                lost = true;
            } finally {
                lock.unlock();
            }
        }

        /** The call is over, or lost. */
        @Override
        public void close() {
            lock.lock();
            try {
                uses.remove(this);
                if (uses.isEmpty()) {
                    unused.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * A call begins to use the memory.
     *
     * @param memory what messages call it, by its {@code toString}
     * @param cancel asks for the call to be cancelled
     * @throws HeapException {@code CLOSED}, {@code REVOKED}
     */
    public Use use(Object memory, Runnable cancel) {
        lock.lock();
        try {
            if (state != State.OPEN) {
                boolean revoked = state == State.REVOKED;
                throw new HeapException(revoked ? HeapError.REVOKED : HeapError.CLOSED, "pass shared memory to a TEE",
                        memory.toString(),
                        revoked ? "the buffer was revoked: its backend left" : "it was closed before",
                        revoked ? "allocate a new buffer and register it" : "share memory anew");
            }
            var use = new Use(cancel);
            uses.add(use);
            return use;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The memory must not be used any more: cancels the calls that use it, and waits for them, also when the thread is
     * interrupted.
     *
     * @param patience how long to wait
     * @return whether they are over
     */
    public boolean revoke(Duration patience) {
        List<Use> toCancel;
        lock.lock();
        try {
            if (state == State.OPEN) {
                state = State.REVOKED;
            }
            toCancel = List.copyOf(uses);
        } finally {
            lock.unlock();
        }
        toCancel.forEach(use -> use.cancel.run());
        return awaitUnused(patience.toNanos());
    }

    private boolean awaitUnused(long nanos) {
        boolean interrupted = false;
        lock.lock();
        try {
            long left = nanos;
            while (!uses.isEmpty() && left > 0) {
                try {
                    left = unused.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return uses.isEmpty();
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets no more calls use the memory, and waits until those that do are over. */
    public End close() {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return End.BEFORE;
            }
            state = State.CLOSED;
            while (!uses.isEmpty()) {
                unused.awaitUninterruptibly();
            }
            return lost ? End.LOST : End.UNUSED;
        } finally {
            lock.unlock();
        }
    }
}
