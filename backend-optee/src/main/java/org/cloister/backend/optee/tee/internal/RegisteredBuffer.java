// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.TeeMemory;
import org.cloister.backend.optee.abi.internal.Message;
import org.cloister.tee.Direction;

/** A buffer that OP-TEE knows, since it or a chunk that it lies in was lent, or lies in the static area. */
final class RegisteredBuffer extends OpteeMemory {
    private final BorrowedBuffer buffer;
    private final TeeMemory where;
    private final String name;

    /**
     * Takes over a borrowed buffer.
     *
     * @param where a parent or a physical address
     * @param name what messages call it
     */
    RegisteredBuffer(BorrowedBuffer buffer, TeeMemory where, String name, Direction direction,
            Consumer<OpteeMemory> onClosed) {
        super(buffer.memory().size(), direction, onClosed);
        this.buffer = buffer;
        this.where = where;
        this.name = name;
    }

    @Override
    public Optional<MemorySegment> segment() {
        return Optional.empty();
    }

    @Override
    void write(Message message, int index, Direction way, long offset, long length) {
        switch (where) {
            case TeeMemory.Parent parent ->
                    message.memory(index, way, parent.cookie(), parent.offset() + offset, length);
            case TeeMemory.Physical physical -> message.physical(index, way, physical.address() + offset, length);
            case TeeMemory.Descriptor descriptor ->
                    throw new IllegalStateException("a descriptor is not registered here: " + descriptor);
        }
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
