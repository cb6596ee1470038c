// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Small blocks of native memory for arguments of system calls, used again and again: as many as there ever were calls
 * at one time. Their content is whatever the last user left. Safe for use by any thread; the memory goes with this
 * object.
 */
public final class Scratch {
    /** Bytes of a block. */
    public static final int SIZE = 256;

    private final Queue<MemorySegment> free = new ConcurrentLinkedQueue<>();

    /** A block, the caller's until it gives it back. */
    public MemorySegment take() {
        MemorySegment block = free.poll();
        return block != null ? block : Arena.ofAuto().allocate(SIZE, Long.BYTES);
    }

    /** Takes a block back; its user must be done with it. */
    public void give(MemorySegment block) {
        free.add(block);
    }
}
