// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tee.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.tee.Direction;

/** A mapped chunk as the parameter of the call that protects it. It stays mapped when this is closed. */
public final class MappedChunk extends PspMemory {
    private final Buffers.Mapped mapped;

    /**
     * All of a chunk.
     *
     * @param mapped how the processor knows it
     * @param size bytes
     */
    public MappedChunk(Buffers.Mapped mapped, long size) {
        super(size, Direction.INOUT, closed -> { });
        this.mapped = mapped;
    }

    @Override
    public Optional<MemorySegment> segment() {
        return Optional.empty();
    }

    @Override
    Place place() {
        return new Place(mapped.id(), mapped.generation(), 0);
    }

    @Override
    void dispose() {
    }

    @Override
    public String toString() {
        return "a chunk of 0x%x bytes".formatted(size());
    }
}
