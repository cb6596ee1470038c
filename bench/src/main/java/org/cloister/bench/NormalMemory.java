// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.UseCase;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;
import org.cloister.pool.PoolMemory;
import org.cloister.pool.StaticPool;

/**
 * Serves a heap as Linux has them without protection: part of a contiguous area, which everybody may read and write.
 *
 * @param area what it is part of
 * @param cpu writes and reads it
 */
record NormalMemory(ContiguousArea area, PhysicalMemory cpu) implements HeapBackend {
    static final String HEAP = "linux,cma";

    private static final long SIZE = 64 << 20;
    private static final long PAGE = 4096;

    @Override
    public String id() {
        return "normal";
    }

    @Override
    public List<PoolOffer> offers() {
        return List.of(PoolOffer.serve(HEAP, UseCase.NONE));
    }

    @Override
    public Pool open(PoolOffer offer) {
        long base = area.allocate(SIZE, PAGE);
        return new StaticPool(HEAP, base, SIZE, HeapAttributes.builder().build(), new PoolMemory() {
            @Override
            public void write(long address, MemorySegment from) {
                cpu.write(address, from);
            }

            @Override
            public void read(long address, MemorySegment into) {
                cpu.read(address, into);
            }

            @Override
            public void released() {
                area.release(base);
            }
        });
    }
}
