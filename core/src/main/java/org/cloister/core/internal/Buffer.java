// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.BufferState;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A live buffer. Handles of bundles are {@link BufferReference}s, uses by devices {@link BufferAttachment}s; each
 * counts as one reference here.
 *
 * <pre>
 *   refs  references and attachments; at 0 the memory goes back, and nothing brings the count up again
 *   pins  accesses under way that must end before revoked memory goes: CPU accesses, CPU mappings, borrowers,
 *         and the revocation itself; the sign bit says "revoked", the next one "being moved"
 * </pre>
 *
 * <p>Whoever takes {@code memory} gives it back, so it goes back once: on the last reference, or when the last pin of a
 * revoked buffer goes. Pins are held under a reference, so that there are none at the last reference.
 *
 * <p>A buffer is moved while there are no pins; whoever wants one meanwhile, or wants to revoke the buffer, waits.
 * {@code tenure} and {@code memory} change then and only then.
 */
final class Buffer extends OpenSet.Member {
    private static final Logger LOG = LoggerFactory.getLogger(Buffer.class);
    private static final int REVOKED = Integer.MIN_VALUE;
    private static final int MOVING = 1 << 30;
    private static final VarHandle REFS;
    private static final VarHandle PINS;
    private static final VarHandle MEMORY;
    private static final VarHandle NAME;
    private static final VarHandle TENURE;
    private static final VarHandle RESERVATION;

    static {
        try {
            var lookup = MethodHandles.lookup();
            REFS = lookup.findVarHandle(Buffer.class, "refs", int.class);
            PINS = lookup.findVarHandle(Buffer.class, "pins", int.class);
            MEMORY = lookup.findVarHandle(Buffer.class, "memory", PoolBuffer.class);
            TENURE = lookup.findVarHandle(Buffer.class, "tenure", Tenure.class);
            NAME = lookup.findVarHandle(Buffer.class, "name", String.class);
            RESERVATION = lookup.findVarHandle(Buffer.class, "reservation", BufferReservation.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long id;
    private final long size;
    private final ManagedHeap heap;
    private final long alignment;
    private final Owner payer;
    private volatile Tenure tenure;
    private volatile PoolBuffer memory;
    private volatile int refs;
    private volatile int pins;
    private volatile BufferReservation reservation; // made when first asked for
    private volatile String name;
    private List<Revocable> revocables = List.of(); // guarded by this; copied on write

    /** Something that has to end before revoked memory goes. */
    interface Revocable {
        /** Ends it. Called once, without locks. */
        void revoke();

        /** Whether it holds a pin as long as it lasts. */
        default boolean pins() {
            return true;
        }
    }

    /**
     * With one reference, which is the caller's.
     *
     * @param alignment what was asked for, in bytes
     */
    Buffer(long id, ManagedHeap heap, Tenure tenure, PoolBuffer memory, long alignment, Owner payer, String name) {
        this.id = id;
        this.heap = heap;
        this.alignment = alignment;
        // Plain: others get to know of the buffer by final fields and locks, so no fence is due.
        TENURE.set(this, tenure);
        MEMORY.set(this, memory);
        NAME.set(this, name);
        REFS.set(this, 1);
        this.size = memory.size();
        this.payer = payer;
    }

    long id() {
        return id;
    }

    long size() {
        return size;
    }

    ManagedHeap heap() {
        return heap;
    }

    /** Whose memory it is; stable under a pin. */
    Tenure tenure() {
        return tenure;
    }

    /** The alignment that was asked for, in bytes. */
    long alignment() {
        return alignment;
    }

    /** Who allocated it, and whose quota it counts against. */
    Owner payer() {
        return payer;
    }

    String name() {
        return name;
    }

    /** Names it, also where the backend shows names to others; under a pin. */
    void rename(String value) {
        heap.calls().call(tenure, "name a buffer of " + heap, () -> {
            tenure.pool().name(memory(), value);
            return null;
        });
        name = value;
    }

    BufferState state() {
        return refs == 0 ? BufferState.RELEASED : pins < 0 ? BufferState.REVOKED : BufferState.LIVE;
    }

    BufferReservation reservation() {
        BufferReservation current = reservation;
        if (current == null) {
            var fresh = new BufferReservation(id);
            current = (BufferReservation) RESERVATION.compareAndExchange(this, null, fresh);
            return current == null ? fresh : current;
        }
        return current;
    }

    /** Takes a reference; false when the last one is gone. */
    boolean acquire() {
        int count = refs;
        while (count > 0) {
            int seen = (int) REFS.compareAndExchange(this, count, count + 1);
            if (seen == count) {
                return true;
            }
            count = seen;
        }
        return false;
    }

    /** Gives a reference back. */
    void release() {
        if ((int) REFS.getAndAdd(this, -1) == 1) {
            giveBack();
        }
    }

    /**
     * Keeps the memory from being taken away by a revocation, or moved; under a reference. Waits while it is moved.
     *
     * @throws HeapException {@code REVOKED}
     */
    void pin() {
        int count = pins;
        while (count >= 0) {
            if ((count & MOVING) != 0) {
                awaitMoved();
                count = pins;
                continue;
            }
            int seen = (int) PINS.compareAndExchange(this, count, count + 1);
            if (seen == count) {
                return;
            }
            count = seen;
        }
        throw revoked();
    }

    /** Ends a {@link #pin}. */
    void unpin() {
        int before = (int) PINS.getAndAdd(this, -1);
        if (before == REVOKED + 1) {
            giveBack();
        } else if (before == MOVING + 1) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** Whether it is being moved right now. */
    boolean isMoving() {
        int count = pins;
        return count >= 0 && (count & MOVING) != 0;
    }

    /** Waits for the end of a move, which is bounded in time. Keeps an interrupt for later. */
    private void awaitMoved() {
        boolean interrupted = false;
        synchronized (this) {
            while (isMoving()) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Takes a reference and keeps everybody from pinning, until {@link #endMove}.
     *
     * @param nanos how long to wait for accesses under way
     * @return false, and nothing has changed, when it is released, revoked, moved by somebody else, or used in a way
     *     that lasts: CPU mappings, borrowers, and accesses that take too long
     */
    boolean beginMove(long nanos) {
        if (!acquire()) {
            return false;
        }
        synchronized (this) {
            int count = pins;
            while (count >= 0 && (count & MOVING) == 0 && revocables.stream().noneMatch(Revocable::pins)) {
                int seen = (int) PINS.compareAndExchange(this, count, count | MOVING);
                if (seen == count) {
                    if (awaitUnpinned(nanos)) {
                        return true;
                    }
                    unblock();
                    break;
                }
                count = seen;
            }
        }
        release();
        return false;
    }

    /** Under the monitor, which it lets go of meanwhile. */
    private boolean awaitUnpinned(long nanos) {
        long end = System.nanoTime() + nanos;
        boolean interrupted = false;
        long left = nanos;
        while (pins != MOVING && left > 0) {
            try {
                wait(Math.max(1, left / 1_000_000));
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = end - System.nanoTime();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return pins == MOVING;
    }

    private synchronized void unblock() {
        PINS.getAndBitwiseAnd(this, ~MOVING);
        notifyAll();
    }

    /** Its content is elsewhere now; between {@link #beginMove} and {@link #endMove}. Answers the memory it left. */
    PoolBuffer moved(Tenure to, PoolBuffer place) {
        PoolBuffer left = memory;
        memory = place;
        tenure = to;
        return left;
    }

    /** Lets everybody pin again, and gives the reference of {@link #beginMove} back. */
    void endMove() {
        unblock();
        release();
    }

    /** Those who use it and are told when it moves. */
    synchronized List<BufferAttachment> attachments() {
        return revocables.stream().filter(BufferAttachment.class::isInstance).map(BufferAttachment.class::cast)
                .toList();
    }

    HeapException revoked() {
        return new HeapException(HeapError.REVOKED, "use buffer " + id, "heap " + heap.name(), tenure.revoked(),
                "close the buffer and allocate a new one");
    }

    void requireNotRevoked() {
        if (pins < 0) {
            throw revoked();
        }
    }

    /** Where it is right now; it may be gone, or moved, the next moment. */
    Optional<PoolBuffer> place() {
        return Optional.ofNullable(memory);
    }

    /** The memory, under a pin. */
    PoolBuffer memory() {
        PoolBuffer current = memory;
        if (current == null) {
            throw revoked();
        }
        return current;
    }

    /** {@code what} is told when the buffer is revoked; false, and it is not, when that has happened. */
    boolean add(Revocable what) {
        synchronized (this) {
            if (pins >= 0) {
                var more = new ArrayList<Revocable>(revocables.size() + 1);
                more.addAll(revocables);
                more.add(what);
                revocables = List.copyOf(more);
                return true;
            }
        }
        return false;
    }

    synchronized void remove(Revocable what) {
        revocables = revocables.stream().filter(r -> r != what).toList();
    }

    /** Takes the memory away from all users; false when that was done before, or the buffer is released. */
    boolean revoke() {
        return revoke(tenure);
    }

    /** The same, if the buffer has not been moved away from {@code from}, by now or by a move under way. */
    boolean revoke(Tenure from) {
        List<Revocable> toEnd;
        if (!acquire()) {
            return false;
        }
        synchronized (this) {
            awaitMoved();
            if (tenure != from) {
                release();
                return false;
            }
            int count = pins;
            while (count >= 0) {
                int seen = (int) PINS.compareAndExchange(this, count, count + 1 | REVOKED);
                if (seen == count) {
                    break;
                }
                count = seen;
            }
            if (count < 0) {
                release();
                return false;
            }
            toEnd = revocables;
            revocables = List.of();
        }
        try {
            toEnd.forEach(Buffer::end);
        } finally {
            unpin();
            release();
        }
        return true;
    }

    /** One that fails to end keeps neither the others nor the memory. */
    private static void end(Revocable one) {
        try {
            one.revoke();
        } catch (RuntimeException | Error e) {
            LOG.error("{} did not end in order", one, e);
        }
    }

    /** Whether anybody has to be told of a revocation. */
    synchronized boolean isWatched() {
        return !revocables.isEmpty();
    }

    private void giveBack() {
        PoolBuffer taken = (PoolBuffer) MEMORY.getAndSet(this, null);
        if (taken != null) {
            heap.freed(this, taken);
        }
    }
}
