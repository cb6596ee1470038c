// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;
import org.cloister.backend.TeeMemory;
import org.cloister.backend.optee.abi.internal.Message;
import org.cloister.tee.Direction;

/** A buffer that OP-TEE knows, since it or a chunk that it lies in was lent, or lies in the static area. */
final class RegisteredBuffer extends OpteeMemory {
    private final Runnable release;
    private final TeeMemory where;
    private final String name;

    /**
     * Makes a buffer known.
     *
     * @param release run once, when OP-TEE does not use it any more
     * @param where a parent or a physical address
     * @param name what messages call it
     */
    RegisteredBuffer(long size, Runnable release, TeeMemory where, String name, Direction direction,
            Consumer<OpteeMemory> onClosed) {
        super(size, direction, onClosed);
        this.release = release;
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
        release.run();
    }

    @Override
    public String toString() {
        return name;
    }
}
