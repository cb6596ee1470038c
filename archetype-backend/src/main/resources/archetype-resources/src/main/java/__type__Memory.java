## SPDX-License-Identifier: Apache-2.0
package ${package};

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cloister.backend.PoolMapping;
import org.cloister.heap.Access;
import org.cloister.pool.PoolMemory;

/**
 * Reaches the memory. Here it is this process's own, at made-up physical addresses, and nothing keeps it from the CPU;
 * put yours in its place. Safe for use by any thread.
 */
final class ${type}Memory implements PoolMemory {
    static final long BASE = 0x1000_0000L;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    ${type}Memory(long size) {
        memory = arena.allocate(size, 4096);
    }

    @Override
    public void write(long address, MemorySegment from) {
        memory.asSlice(address - BASE, from.byteSize()).copyFrom(from);
    }

    @Override
    public void read(long address, MemorySegment into) {
        into.copyFrom(memory.asSlice(address - BASE, into.byteSize()));
    }

    @Override
    @SuppressWarnings("restricted") // the slice gets a life of its own, within that of the memory
    public PoolMapping map(long address, long size, Access access) {
        Arena mapping = Arena.ofShared();
        MemorySegment mapped = memory.asSlice(address - BASE, size).reinterpret(mapping, null);
        return new PoolMapping() {
            @Override
            public MemorySegment segment() {
                return mapped;
            }

            @Override
            public void close() {
                if (mapping.scope().isAlive()) {
                    mapping.close();
                }
            }
        };
    }

    @Override
    public void released() {
        arena.close();
    }
}
