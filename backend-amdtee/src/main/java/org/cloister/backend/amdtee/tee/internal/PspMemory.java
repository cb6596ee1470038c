// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tee.internal;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Direction;
import org.cloister.tee.SharedMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that the secure processor can be given.
 *
 * <table>
 *   <caption>Life</caption>
 *   <tr><th>state</th><th>use in a call</th><th>next</th></tr>
 *   <tr><td>OPEN</td><td>yes</td><td>REVOKED by {@link #revoke}, CLOSED by {@link #close}</td></tr>
 *   <tr><td>REVOKED</td><td>{@code REVOKED}</td><td>CLOSED by {@link #close}</td></tr>
 *   <tr><td>CLOSED</td><td>{@code CLOSED}</td><td>-; disposed of once no call uses it, unless a call was lost</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread.
 */
abstract sealed class PspMemory implements SharedMemory permits SharedBlock, RegisteredBuffer, MappedChunk {
    private enum State { OPEN, REVOKED, CLOSED }

    private static final Logger LOG = LoggerFactory.getLogger(PspMemory.class);

    private final long size;
    private final Direction direction;
    private final Consumer<PspMemory> onClosed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition unused = lock.newCondition();
    private State state = State.OPEN; // guarded by lock
    private int uses; // guarded by lock
    private boolean lost; // guarded by lock

    PspMemory(long size, Direction direction, Consumer<PspMemory> onClosed) {
        this.size = size;
        this.direction = direction;
        this.onClosed = onClosed;
    }

    /**
     * Where the processor finds it.
     *
     * @param id the number of the buffer
     * @param generation in which it has that number
     * @param offset bytes from the start of the buffer
     */
    record Place(int id, long generation, long offset) {}

    @Override
    public final long size() {
        return size;
    }

    @Override
    public final Direction direction() {
        return direction;
    }

    /** Where the processor finds it now; maps it if need be. */
    abstract Place place();

    /** Ends the sharing. Nobody uses it, and nobody can any more. */
    abstract void dispose();

    /** A call begins to use it. */
    final void enter() {
        lock.lock();
        try {
            if (state != State.OPEN) {
                boolean revoked = state == State.REVOKED;
                throw new HeapException(revoked ? HeapError.REVOKED : HeapError.CLOSED, "pass shared memory to a TEE",
                        toString(), revoked ? "the buffer was revoked: its backend left" : "it was closed before",
                        revoked ? "allocate a new buffer and register it" : "share memory anew");
            }
            uses++;
        } finally {
            lock.unlock();
        }
    }

    /** A call is over, or {@code unknown}: then the memory must not get to anybody else. */
    final void leave(boolean unknown) {
        lock.lock();
        try {
            lost |= unknown;
            if (--uses == 0) {
                unused.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** It must not be used any more; waits for calls that use it, within reason. */
    final void revoke(Duration patience) {
        boolean interrupted = false;
        lock.lock();
        try {
            if (state == State.OPEN) {
                state = State.REVOKED;
            }
            long left = patience.toNanos();
            while (uses > 0 && left > 0) {
                try {
                    left = unused.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (uses > 0) {
                LOG.error("{} was revoked, and a trusted application goes on using it", this);
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public final void close() {
        boolean keep;
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            while (uses > 0) {
                unused.awaitUninterruptibly();
            }
            keep = lost;
        } finally {
            lock.unlock();
        }
        try {
            if (keep) {
                LOG.warn("{} is kept, for a call that was lost may still use it", this);
            } else {
                dispose();
            }
        } finally {
            onClosed.accept(this);
        }
    }
}
