// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tee.internal;

import java.time.Duration;
import java.util.function.Consumer;
import org.cloister.heap.HeapException;
import org.cloister.platform.tee.MemoryUses;
import org.cloister.tee.Direction;
import org.cloister.tee.SharedMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that the secure processor can be given, as its {@link MemoryUses} allow. Disposed of once
 * it is closed and no call uses it, unless a call was lost.
 *
 * <p>Safe for use by any thread.
 */
abstract sealed class PspMemory implements SharedMemory permits SharedBlock, RegisteredBuffer, MappedChunk {
    private static final Logger LOG = LoggerFactory.getLogger(PspMemory.class);

    private final long size;
    private final Direction direction;
    private final Consumer<PspMemory> onClosed;
    private final MemoryUses uses = new MemoryUses();

    PspMemory(long size, Direction direction, Consumer<PspMemory> onClosed) {
        this.size = size;
        this.direction = direction;
        this.onClosed = onClosed;
    }

    /**
     * Where the processor finds it.
     *
     * @param id the number of the buffer
     * @param generation in which it has that number
     * @param offset bytes from the start of the buffer
     */
    record Place(int id, long generation, long offset) {}

    @Override
    public final long size() {
        return size;
    }

    @Override
    public final Direction direction() {
        return direction;
    }

    /** Where the processor finds it now; maps it if need be. */
    abstract Place place();

    /** Ends the sharing. Nobody uses it, and nobody can any more. */
    abstract void dispose();

    /**
     * A call begins to use it, which cannot be cancelled.
     *
     * @throws HeapException {@code CLOSED}, {@code REVOKED}
     */
    final MemoryUses.Use use() {
        return uses.use(this, () -> { });
    }

    /** It must not be used any more; waits for calls that use it, within reason. */
    final void revoke(Duration patience) {
        if (!uses.revoke(patience)) {
            LOG.error("{} was revoked, and a trusted application goes on using it", this);
        }
    }

    @Override
    public final void close() {
        MemoryUses.End end = uses.close();
        if (end == MemoryUses.End.BEFORE) {
            return;
        }
        try {
            if (end == MemoryUses.End.LOST) {
                LOG.warn("{} is kept, for a call that was lost may still use it", this);
            } else {
                dispose();
            }
        } finally {
            onClosed.accept(this);
        }
    }
}
