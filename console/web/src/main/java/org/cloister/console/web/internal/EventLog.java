// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;

/**
 * The latest events but allocations and frees, which are counted. Safe for use by any thread.
 */
final class EventLog implements HeapListener {
    /**
     * An event.
     *
     * @param number counts them, from 1
     * @param at when
     * @param event what happened
     */
    record Entry(long number, Instant at, HeapEvent event) {}

    /**
     * How many there were.
     *
     * @param allocated buffers
     * @param freed buffers
     */
    record Counts(long allocated, long freed) {}

    static final int KEPT = 100;

    private final InstantSource clock;
    private final Deque<Entry> latest = new ArrayDeque<>(); // this and the following guarded by this
    private long number;
    private long allocated;
    private long freed;

    EventLog(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized void onEvent(HeapEvent event) {
        switch (event) {
            case HeapEvent.Allocated ignored -> allocated++;
            case HeapEvent.Freed ignored -> freed++;
            default -> {
                latest.addLast(new Entry(++number, clock.instant(), event));
                if (latest.size() > KEPT) {
                    latest.removeFirst();
                }
            }
        }
    }

    /** The latest, oldest first. */
    synchronized List<Entry> latest() {
        return List.copyOf(latest);
    }

    synchronized Counts counts() {
        return new Counts(allocated, freed);
    }
}
