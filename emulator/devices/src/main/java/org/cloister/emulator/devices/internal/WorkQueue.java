// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * Work that waits for a device, which does it in order and on its thread. Safe for use by any thread.
 *
 * @param <W> what a piece of work is
 */
public final class WorkQueue<W> {
    private final BusDevice device;
    private final String pieces;
    private final int depth;
    private final Consumer<? super W> work;
    private final Queue<W> waiting = new ArrayDeque<>(); // guarded by itself
    private boolean closed; // guarded by waiting
    private final ReentrantLock busy = new ReentrantLock(); // taken before waiting
    private boolean ended; // guarded by busy

    /**
     * Makes an empty queue.
     *
     * @param device who does the work
     * @param pieces what the pieces are called, for errors
     * @param depth how many of them may wait
     * @param work does one; is to tell its listener what it throws, for nobody else hears of it
     */
    public WorkQueue(BusDevice device, String pieces, int depth, Consumer<? super W> work) {
        this.device = device;
        this.pieces = pieces;
        this.depth = depth;
        this.work = work;
    }

    /**
     * Adds a piece.
     *
     * @param what it is for, for errors
     * @param closed what is thrown when the queue is closed
     * @throws HeapException {@code BUSY} when too many wait, or as {@code closed} says
     */
    public void add(String what, W piece, Function<String, HeapException> closed) {
        synchronized (waiting) {
            if (this.closed) {
                throw closed.apply(what);
            }
            if (waiting.size() >= depth) {
                throw new HeapException(HeapError.BUSY, what, device.name(),
                        "%d %s are waiting already".formatted(depth, pieces), "wait for an event");
            }
            waiting.add(piece);
        }
        device.run(this::doNext);
    }

    private void doNext() {
        busy.lock();
        try {
            W next;
            synchronized (waiting) {
                next = waiting.poll();
            }
            if (next != null) {
                work.accept(next);
            }
        } finally {
            busy.unlock();
        }
    }

    /**
     * Closes the queue: gives up at once what was not begun, and waits for the piece that is. When this returns the
     * device works on none of them any more, but for the one whose listener closes. Idempotent.
     *
     * @param unfinished is told what was not begun, and never will be, on this thread
     * @param last done once, after all work
     */
    public void close(Consumer<? super W> unfinished, Runnable last) {
        List<W> given;
        synchronized (waiting) {
            given = List.copyOf(waiting);
            waiting.clear();
            closed = true;
        }
        given.forEach(unfinished);
        busy.lock();
        try {
            if (!ended) {
                ended = true;
                last.run();
            }
        } finally {
            busy.unlock();
        }
    }
}
