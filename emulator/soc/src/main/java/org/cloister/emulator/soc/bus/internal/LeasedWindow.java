// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.Window;

/**
 * A window: a lease slot of the gate, and a count of the operations that are in it.
 *
 * <pre>
 *   OPEN ──close──► CLOSED, operations in it ──the last one leaves──► RELEASED
 *     └───────────── close, nobody in it ──────────────────────────────▲
 * </pre>
 *
 * {@link #close} waits for nobody; whoever leaves last gives the slot back, so a change of the firewall also waits for
 * an operation that another thread began before the close.
 *
 * <p>Only {@link #segment} costs more: a segment must become inaccessible at the close in all threads at once, which
 * takes a shared {@link Arena}, whose closing shakes hands with all threads of the Java machine. That arena is made
 * when a segment is first asked for, so that those who copy do not pay for it.
 *
 * <p>Safe for use by any thread: {@link #state} is changed by compare-and-set; {@link #arena} is written under the lock
 * of this object, by somebody who is counted in {@link #state}, and read by the last one who leaves.
 */
final class LeasedWindow implements Window {
    private static final int CLOSED = 1 << 31;
    private static final int RELEASED = 1 << 30;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(LeasedWindow.class, "state", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Bus bus;
    private final Initiator initiator;
    private final MemoryRange range;
    private final int slot;
    private final long address;
    private final long length;
    private final Access access;
    private Arena arena;
    private MemorySegment exposed;
    @SuppressWarnings("unused") // by STATE
    private volatile int state;

    LeasedWindow(Bus bus, Initiator initiator, MemoryRange range, int slot, long address, long length,
            Access access) {
        this.bus = bus;
        this.initiator = initiator;
        this.range = range;
        this.slot = slot;
        this.address = address;
        this.length = length;
        this.access = access;
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public Access access() {
        return access;
    }

    @Override
    public void read(long offset, MemorySegment into) {
        long size = into.byteSize();
        enter(offset, size, Access.READ);
        try {
            MemorySegment.copy(range.bytes(), address - range.base() + offset, into, 0, size);
        } finally {
            leave();
        }
    }

    @Override
    public void write(long offset, MemorySegment from) {
        long size = from.byteSize();
        enter(offset, size, Access.WRITE);
        try {
            MemorySegment.copy(from, 0, range.bytes(), address - range.base() + offset, size);
        } finally {
            leave();
        }
    }

    /**
     * The cells under the window as long as it is open, with the rest of the blocks at its ends: no block leaves a page,
     * and the firewall decides by pages at the finest.
     */
    Cells blocks() {
        return new Cells() {
            @Override
            public void load(long at, MemorySegment into) {
                enter(0, 0, Access.NONE);
                try {
                    range.load(at, into);
                } finally {
                    leave();
                }
            }

            @Override
            public void store(long at, MemorySegment from) {
                enter(0, 0, Access.WRITE);
                try {
                    range.store(at, from);
                } finally {
                    leave();
                }
            }
        };
    }

    /** Makes sure that the window is open, and for that. */
    void require(long offset, long size, Access wanted) {
        enter(offset, size, wanted);
        leave();
    }

    @Override
    public MemorySegment segment() {
        enter(0, length, Access.READ);
        try {
            return expose();
        } finally {
            leave();
        }
    }

    @Override
    public void close() {
        int seen = state;
        while ((seen & CLOSED) == 0 && !STATE.compareAndSet(this, seen, seen | CLOSED)) {
            seen = state;
        }
        if ((seen & ~CLOSED) == 0) {
            release();
        }
    }

    private void enter(long offset, long size, Access wanted) {
        Objects.checkFromIndexSize(offset, size, length);
        int seen;
        do {
            seen = state;
            if (seen < 0) {
                throw new IllegalStateException("the window of %s on 0x%x is closed".formatted(initiator, address));
            }
        } while (!STATE.compareAndSet(this, seen, seen + 1));
        if (!access.allows(wanted)) {
            leave();
            throw refusal(offset, size, wanted);
        }
    }

    private BusFault refusal(long offset, long size, Access wanted) {
        return bus.faults().record(initiator, address + offset, size, wanted,
                "the window on 0x%x".formatted(address), "it was opened for " + access + " only");
    }

    private void leave() {
        int before = (int) STATE.getAndAdd(this, -1);
        if (before - 1 == CLOSED) {
            release();
        }
    }

    @SuppressWarnings("restricted")
    private synchronized MemorySegment expose() {
        if (arena == null) {
            arena = Arena.ofShared();
            MemorySegment part = range.bytes().asSlice(address - range.base(), length);
            MemorySegment bounded = MemorySegment.ofAddress(part.address()).reinterpret(length, arena, null);
            exposed = access.writes() ? bounded : bounded.asReadOnly();
            bus.exposed().add(this);
        }
        return exposed;
    }

    private synchronized void conceal() {
        if (arena.scope().isAlive()) {
            arena.close();
            bus.exposed().remove(this);
        }
    }

    /** Gives the slot back, once; nobody is in the window any more, and nobody can come. */
    private void release() {
        if (arena != null) {
            conceal();
        }
        if (STATE.compareAndSet(this, CLOSED, CLOSED | RELEASED)) {
            bus.gate().leaveWindow(slot);
        }
    }
}
