// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.cloister.backend.optee.abi.internal.Message;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Direction;
import org.cloister.tee.SharedMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that OP-TEE knows.
 *
 * <table>
 *   <caption>Life</caption>
 *   <tr><th>state</th><th>use in a call</th><th>next</th></tr>
 *   <tr><td>OPEN</td><td>yes</td><td>REVOKED by {@link #revoke}, CLOSED by {@link #close}</td></tr>
 *   <tr><td>REVOKED</td><td>{@code REVOKED}</td><td>CLOSED by {@link #close}</td></tr>
 *   <tr><td>CLOSED</td><td>{@code CLOSED}</td><td>-; disposed of once no call uses it, unless a call was
 *     lost</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread.
 */
abstract sealed class OpteeMemory implements SharedMemory permits SharedBlock, RegisteredBuffer {
    private enum State { OPEN, REVOKED, CLOSED }

    private static final Logger LOG = LoggerFactory.getLogger(OpteeMemory.class);

    private final long size;
    private final Direction direction;
    private final Consumer<OpteeMemory> onClosed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition unused = lock.newCondition();
    private final List<Use> uses = new ArrayList<>(); // guarded by lock
    private State state = State.OPEN; // guarded by lock
    private volatile boolean lost;

    /**
     * Memory that is open.
     *
     * @param onClosed told once when it is closed
     */
    OpteeMemory(long size, Direction direction, Consumer<OpteeMemory> onClosed) {
        this.size = size;
        this.direction = direction;
        this.onClosed = onClosed;
    }

    /** A call that uses the memory, until it is closed. */
    final class Use implements AutoCloseable {
        private final Runnable cancel;

        private Use(Runnable cancel) {
            this.cancel = cancel;
        }

        /** Nobody knows whether the call is over: the memory must not get to anybody else. */
        void lose() {
            lost = true;
        }

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

    @Override
    public final long size() {
        return size;
    }

    @Override
    public final Direction direction() {
        return direction;
    }

    /** Writes a parameter for a part of it. */
    abstract void write(Message message, int index, Direction way, long offset, long length);

    /** Ends the sharing. Nobody uses it, and nobody can any more. */
    abstract void dispose();

    /**
     * A call begins to use it.
     *
     * @param cancel asks for the call to be cancelled
     * @throws HeapException {@code CLOSED}, {@code REVOKED}
     */
    final Use use(Runnable cancel) {
        lock.lock();
        try {
            if (state != State.OPEN) {
                boolean revoked = state == State.REVOKED;
                throw new HeapException(revoked ? HeapError.REVOKED : HeapError.CLOSED, "pass shared memory to a TEE",
                        toString(), revoked ? "the buffer was revoked: its backend left" : "it was closed before",
                        revoked ? "allocate a new buffer and register it" : "share memory anew");
            }
            var use = new Use(cancel);
            uses.add(use);
            return use;
        } finally {
            lock.unlock();
        }
    }

    /** It must not be used any more: cancels the calls that use it, and waits for them, within reason. */
    final void revoke(Duration patience) {
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
        if (!awaitUnused(patience.toNanos())) {
            LOG.error("{} was revoked, and a trusted application goes on using it", this);
        }
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

    @Override
    public final void close() {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            while (!uses.isEmpty()) {
                unused.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        try {
            if (lost) {
                LOG.warn("{} is kept, for a call that was lost may still use it", this);
            } else {
                dispose();
            }
        } finally {
            onClosed.accept(this);
        }
    }
}
