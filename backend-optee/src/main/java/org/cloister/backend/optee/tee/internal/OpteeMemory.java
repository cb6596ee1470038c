// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import java.time.Duration;
import java.util.function.Consumer;
import org.cloister.backend.optee.abi.internal.Message;
import org.cloister.heap.HeapException;
import org.cloister.platform.tee.MemoryUses;
import org.cloister.tee.Direction;
import org.cloister.tee.SharedMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that OP-TEE knows, as its {@link MemoryUses} allow. Disposed of once
 * it is closed and no call uses it, unless a call was lost.
 *
 * <p>Safe for use by any thread.
 */
abstract sealed class OpteeMemory implements SharedMemory permits SharedBlock, RegisteredBuffer {
    private static final Logger LOG = LoggerFactory.getLogger(OpteeMemory.class);

    private final long size;
    private final Direction direction;
    private final Consumer<OpteeMemory> onClosed;
    private final MemoryUses uses = new MemoryUses();

    /**
     * Memory that is open.
     *
     * @param onClosed told once when it is closed
     */
    OpteeMemory(long size, Direction direction, Consumer<OpteeMemory> onClosed) {
        this.size = size;
        this.direction = direction;
        this.onClosed = onClosed;
    }

    @Override
    public final long size() {
        return size;
    }

    @Override
    public final Direction direction() {
        return direction;
    }

    /** Writes a parameter for a part of it. */
    abstract void write(Message message, int index, Direction way, long offset, long length);

    /** Ends the sharing. Nobody uses it, and nobody can any more. */
    abstract void dispose();

    /**
     * A call begins to use it.
     *
     * @param cancel asks for the call to be cancelled
     * @throws HeapException {@code CLOSED}, {@code REVOKED}
     */
    final MemoryUses.Use use(Runnable cancel) {
        return uses.use(this, cancel);
    }

    /** It must not be used any more: cancels the calls that use it, and waits for them, within reason. */
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
