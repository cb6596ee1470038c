// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tee.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.TeeMemory;
import org.cloister.tee.Direction;

/** A buffer in a chunk that the secure processor protects. */
final class RegisteredBuffer extends PspMemory {
    private final BorrowedBuffer buffer;
    private final TeeMemory.Parent where;
    private final LongFunction<Buffers.Mapped> chunks;
    private final String name;

    /**
     * Takes over a borrowed buffer.
     *
     * @param where its chunk, and the offset in it
     * @param chunks maps a chunk if need be
     * @param name what messages call it
     */
    RegisteredBuffer(BorrowedBuffer buffer, TeeMemory.Parent where, LongFunction<Buffers.Mapped> chunks, String name,
            Direction direction, Consumer<PspMemory> onClosed) {
        super(buffer.memory().size(), direction, onClosed);
        this.buffer = buffer;
        this.where = where;
        this.chunks = chunks;
        this.name = name;
    }

    @Override
    public Optional<MemorySegment> segment() {
        return Optional.empty();
    }

    @Override
    Place place() {
        Buffers.Mapped chunk = chunks.apply(where.cookie());
        return new Place(chunk.id(), chunk.generation(), where.offset());
    }

    @Override
    void dispose() {
        buffer.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
