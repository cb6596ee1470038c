// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.backend.PoolMapping;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;

/** A range of memory that is an array, and counts how often it was released. */
final class ArrayMemory implements PoolMemory {
    final AtomicInteger released = new AtomicInteger();
    private final long base;
    private final MemorySegment bytes;

    ArrayMemory(long base, int size) {
        this.base = base;
        this.bytes = MemorySegment.ofArray(new byte[size]);
    }

    @Override
    public void write(long address, MemorySegment from) {
        bytes.asSlice(address - base).copyFrom(from);
    }

    @Override
    public void read(long address, MemorySegment into) {
        into.copyFrom(bytes.asSlice(address - base, into.byteSize()));
    }

    @Override
    public PoolMapping map(long address, long size, Access access) {
        MemorySegment slice = bytes.asSlice(address - base, size);
        return new PoolMapping() {
            @Override
            public MemorySegment segment() {
                return access.writes() ? slice : slice.asReadOnly();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public TeeMemory teeMemory(long address) {
        return new TeeMemory.Physical(address);
    }

    @Override
    public void released() {
        released.incrementAndGet();
    }
}
