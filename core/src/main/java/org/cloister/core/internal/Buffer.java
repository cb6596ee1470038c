// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
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
 *         and the revocation itself; the sign bit says "revoked"
 * </pre>
 *
 * <p>Whoever takes {@code memory} gives it back, so it goes back once: on the last reference, or when the last pin of a
 * revoked buffer goes. Pins are held under a reference, so that there are none at the last reference.
 */
final class Buffer extends OpenSet.Member {
    private static final Logger LOG = LoggerFactory.getLogger(Buffer.class);
    private static final int REVOKED = Integer.MIN_VALUE;
    private static final VarHandle REFS;
    private static final VarHandle PINS;
    private static final VarHandle MEMORY;
    private static final VarHandle RESERVATION;

    static {
        try {
            var lookup = MethodHandles.lookup();
            REFS = lookup.findVarHandle(Buffer.class, "refs", int.class);
            PINS = lookup.findVarHandle(Buffer.class, "pins", int.class);
            MEMORY = lookup.findVarHandle(Buffer.class, "memory", PoolBuffer.class);
            RESERVATION = lookup.findVarHandle(Buffer.class, "reservation", BufferReservation.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long id;
    private final long size;
    private final ManagedHeap heap;
    private final Tenure tenure;
    private final Owner payer;
    private volatile PoolBuffer memory;
    private volatile int refs = 1;
    private volatile int pins;
    private volatile BufferReservation reservation; // made when first asked for
    private volatile String name;
    private List<Revocable> revocables = List.of(); // guarded by this; copied on write

    /** Something that has to end before revoked memory goes. */
    interface Revocable {
        /** Ends it. Called once, without locks. */
        void revoke();
    }

    Buffer(long id, ManagedHeap heap, Tenure tenure, PoolBuffer memory, Owner payer, String name) {
        this.id = id;
        this.heap = heap;
        this.tenure = tenure;
        this.memory = memory;
        this.size = memory.size();
        this.payer = payer;
        this.name = name;
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

    Tenure tenure() {
        return tenure;
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
     * Keeps the memory from being taken away by a revocation; under a reference.
     *
     * @throws HeapException {@code REVOKED}
     */
    void pin() {
        int count = pins;
        while (count >= 0) {
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
        if ((int) PINS.getAndAdd(this, -1) == REVOKED + 1) {
            giveBack();
        }
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
        List<Revocable> toEnd;
        if (!acquire()) {
            return false;
        }
        synchronized (this) {
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
