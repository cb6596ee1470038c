// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.util.List;
import org.cloister.heap.Heap;

/** Decides which backend serves a heap, as whoever runs the machine would. For one player at a time. */
public interface BackendChoice {
    /**
     * Lets the first of {@code backends} serve, and the others in that order if it fails. Waits until it does.
     *
     * @param heap the heap
     * @param backends ids of backends, the best first
     * @param move whether live buffers are to be moved to the one that takes over, where that can be; otherwise they
     *     stay where the machine's configuration wants them
     * @throws org.cloister.heap.HeapException {@code UNAVAILABLE} when the first does not take over
     * @throws InterruptedException when the thread is interrupted
     */
    void choose(Heap heap, List<String> backends, boolean move) throws InterruptedException;

    /** How many buffers of any heap were moved from one backend to another since the first choice. */
    long moved();

    /** Makes everything as it was before the first choice. Idempotent. */
    void restore();
}
