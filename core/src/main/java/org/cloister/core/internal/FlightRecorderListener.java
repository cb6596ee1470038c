// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import jdk.jfr.FlightRecorder;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;

/**
 * Writes events into recordings of the JDK Flight Recorder, if there are any. Stateless.
 *
 * <p>The recorder weaves calls of a JDK class into classes of events, which a bundle finds by boot delegation only; in a
 * framework that does not delegate it, classes of events are not even loaded.
 */
final class FlightRecorderListener implements HeapListener {
    private static final boolean WORKS = canBeWoven();

    private static boolean canBeWoven() {
        try {
            Class.forName("jdk.jfr.internal.event.EventWriter", false, FlightRecorderListener.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** Whether any of these events is recorded now; one read of a field where there never was a recording. */
    static boolean isOn() {
        return WORKS && FlightRecorder.isInitialized()
                && (new FlightEvents.Allocation().isEnabled() || new FlightEvents.Free().isEnabled()
                        || new FlightEvents.Swap().isEnabled() || new FlightEvents.Drain().isEnabled()
                        || new FlightEvents.Retire().isEnabled() || new FlightEvents.Move().isEnabled()
                        || new FlightEvents.Revoke().isEnabled() || new FlightEvents.Leak().isEnabled()
                        || new FlightEvents.BackendFailure().isEnabled() || new FlightEvents.Quarantine().isEnabled()
                        || new FlightEvents.Lend().isEnabled() || new FlightEvents.Reclaim().isEnabled()
                        || new FlightEvents.Fault().isEnabled());
    }

    @Override
    public void onEvent(HeapEvent event) {
        switch (event) {
            case HeapEvent.Allocated e -> allocation(e);
            case HeapEvent.Freed e -> {
                var free = new FlightEvents.Free();
                free.buffer = e.buffer();
                free.size = e.size();
                commit(free, e);
            }
            case HeapEvent.Available e -> swap(e, "", e.backend(), e.generation());
            case HeapEvent.Swapped e -> swap(e, e.from(), e.to(), e.generation());
            case HeapEvent.Unavailable e -> swap(e, "", "", 0);
            case HeapEvent.Draining e -> {
                var drain = new FlightEvents.Drain();
                drain.backend = e.backend();
                drain.buffers = e.buffers();
                commit(drain, e);
            }
            case HeapEvent.Retired e -> {
                var retire = new FlightEvents.Retire();
                retire.backend = e.backend();
                commit(retire, e);
            }
            case HeapEvent.Moved e -> {
                var move = new FlightEvents.Move();
                move.buffer = e.buffer();
                move.from = e.from();
                move.to = e.to();
                commit(move, e);
            }
            case HeapEvent.Revoked e -> {
                var revoke = new FlightEvents.Revoke();
                revoke.buffer = e.buffer();
                revoke.why = e.why();
                commit(revoke, e);
            }
            case HeapEvent.Leaked e -> leak(e);
            case HeapEvent.BackendFailed e -> {
                var failure = new FlightEvents.BackendFailure();
                failure.backend = e.backend();
                failure.why = e.why();
                commit(failure, e);
            }
            case HeapEvent.Quarantined e ->
                trouble(new FlightEvents.Quarantine(), e, e.backend(), e.base(), e.size(), e.why());
            case HeapEvent.Lent e -> range(new FlightEvents.Lend(), e, e.backend(), e.base(), e.size());
            case HeapEvent.Reclaimed e -> range(new FlightEvents.Reclaim(), e, e.backend(), e.base(), e.size());
            case HeapEvent.Faulted e -> trouble(new FlightEvents.Fault(), e, e.backend(), e.base(), e.size(), e.why());
        }
    }

    private static void allocation(HeapEvent.Allocated e) {
        var allocation = new FlightEvents.Allocation();
        if (allocation.shouldCommit()) {
            allocation.buffer = e.buffer();
            allocation.size = e.size();
            allocation.owner = e.owner();
            commit(allocation, e);
        }
    }

    private static void swap(HeapEvent e, String from, String to, long generation) {
        var swap = new FlightEvents.Swap();
        swap.from = from;
        swap.to = to;
        swap.generation = generation;
        commit(swap, e);
    }

    private static void leak(HeapEvent.Leaked e) {
        var leak = new FlightEvents.Leak();
        leak.buffer = e.buffer();
        leak.size = e.size();
        leak.owner = e.owner();
        leak.age = e.age().toMillis();
        leak.site = EventProperties.site(e);
        commit(leak, e);
    }

    private static void trouble(FlightEvents.Trouble entry, HeapEvent event, String backend, long base, long size,
            String why) {
        entry.why = why;
        range(entry, event, backend, base, size);
    }

    private static void range(FlightEvents.OfRange entry, HeapEvent event, String backend, long base, long size) {
        entry.backend = backend;
        entry.base = base;
        entry.size = size;
        commit(entry, event);
    }

    private static void commit(FlightEvents.OfHeap entry, HeapEvent event) {
        entry.heap = event.heap();
        entry.commit();
    }
}
