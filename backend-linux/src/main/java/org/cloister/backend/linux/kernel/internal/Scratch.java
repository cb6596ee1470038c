// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Small blocks of native memory for arguments of system calls, used again and again. Their content is whatever the last
 * user left. Safe for use by any thread; the memory goes with this object.
 *
 * <p>A thread looks for a block, and for a place to leave it, near a place of its own: taking and giving are one
 * compare-and-set each. What finds no place is left to the garbage collector.
 */
public final class Scratch {
    /** Bytes of a block. */
    public static final int SIZE = 256;

    private static final int PLACES = 64; // a power of two
    private static final int PROBES = 4;

    private final AtomicReferenceArray<MemorySegment> free = new AtomicReferenceArray<>(PLACES);

    private static int place(int probe) {
        return (int) Thread.currentThread().threadId() + probe & PLACES - 1;
    }

    /** A block, the caller's until it gives it back. */
    public MemorySegment take() {
        for (int probe = 0; probe < PROBES; probe++) {
            MemorySegment block = free.getPlain(place(probe));
            if (block != null && free.compareAndSet(place(probe), block, null)) {
                return block;
            }
        }
        return Arena.ofAuto().allocate(SIZE, Long.BYTES);
    }

    /** Takes a block back; its user must be done with it. */
    public void give(MemorySegment block) {
        for (int probe = 0; probe < PROBES; probe++) {
            if (free.getPlain(place(probe)) == null && free.compareAndSet(place(probe), null, block)) {
                return;
            }
        }
    }
}
