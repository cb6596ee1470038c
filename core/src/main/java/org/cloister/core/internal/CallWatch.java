// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * Notices calls of backends that do not return. A call occupies a slot while it lasts; each {@link #tick} looks for
 * slots that are occupied too long, interrupts the thread, and names the tenure that hangs.
 *
 * <p>Made for the hot path: entering is one compare-and-set in a slot of the thread's own choice, and time is counted
 * in ticks, so that no clock is read. When all slots near the thread's are taken the call goes unwatched.
 *
 * <p>A slot holds {@code null} (free), the calling thread, or a marker while it is filled or its thread interrupted;
 * the marker keeps the thread from leaving with an interrupt that would hit its next piece of work.
 */
final class CallWatch {
    /** What {@link #enter} answers when the call is not watched. */
    static final int UNWATCHED = -1;

    private static final int SLOTS = 256; // a power of two
    private static final int PROBES = 8;
    private static final Object MARKER = new Object();

    private final AtomicReferenceArray<Object> threads = new AtomicReferenceArray<>(SLOTS);
    private final Tenure[] tenures = new Tenure[SLOTS]; // written while the slot is marked, published by its thread
    private final long[] since = new long[SLOTS]; // as above, in ticks
    private final Consumer<Tenure> hung;
    private volatile long limit;
    private volatile long now;

    /**
     * @param limit how many ticks a call may last
     * @param hung told about a tenure whose call was interrupted
     */
    CallWatch(long limit, Consumer<Tenure> hung) {
        this.limit = limit;
        this.hung = hung;
    }

    /** Changes how many ticks a call may last, also for calls under way. */
    void limit(long ticks) {
        limit = ticks;
    }

    /** Ticks so far. */
    long now() {
        return now;
    }

    /** A call begins on this thread; the result goes to {@link #exit}. */
    int enter(Tenure tenure) {
        Thread thread = Thread.currentThread();
        int first = (int) (thread.threadId() * 0x9E3779B97F4A7C15L >>> 32);
        for (int i = 0; i < PROBES; i++) {
            int slot = first + i & SLOTS - 1;
            if (threads.getPlain(slot) == null) {
                if (threads.compareAndSet(slot, null, MARKER)) {
                    tenures[slot] = tenure;
                    since[slot] = now;
                    threads.setRelease(slot, thread);
                    return slot;
                }
            }
        }
        return UNWATCHED;
    }

    /**
     * The call is over. Tells whether it was found hanging; the interrupt that this caused is cleared then, if the call
     * has not consumed it.
     */
    boolean exit(int slot) {
        if (slot == UNWATCHED) {
            return false;
        }
        Thread thread = Thread.currentThread();
        while (!threads.compareAndSet(slot, thread, null)) {
            Object holder = threads.getAcquire(slot);
            if (holder == MARKER) {
                Thread.onSpinWait();
            } else if (holder != thread) {
                Thread.interrupted(); // tick() has freed the slot after the interrupt
                return true;
            }
        }
        return false;
    }

    /** One unit of time passed. */
    void tick() {
        long time = now + 1;
        now = time;
        for (int slot = 0; slot < SLOTS; slot++) {
            Object holder = threads.getAcquire(slot);
            if (holder instanceof Thread thread && time - since[slot] > limit
                    && threads.compareAndSet(slot, thread, MARKER)) {
                interruptOrLetGo(slot, thread, time);
            }
        }
    }

    /** The slot is marked, thus ours; the thread may have left and come back since it was looked at. */
    private void interruptOrLetGo(int slot, Thread thread, long time) {
        if (time - since[slot] <= limit) {
            threads.setRelease(slot, thread);
            return;
        }
        Tenure tenure = tenures[slot];
        thread.interrupt();
        threads.setRelease(slot, null);
        hung.accept(tenure);
    }
}
