// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.bench;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.UseCase;
import org.cloister.platform.PhysicalMemory;
import org.cloister.pool.PoolMemory;
import org.cloister.pool.StaticRanges;

/** Serves one heap from one range, which is protected or not. */
public final class TestBackend implements HeapBackend {
    private final String id;
    private final PoolOffer offer;
    private final long base;
    private final long size;
    private final HeapAttributes attributes;
    private final PhysicalMemory cpu;
    private final StaticRanges ranges = new StaticRanges(); // pools that are drained share their range with the next

    private TestBackend(String id, PoolOffer offer, long base, long size, HeapAttributes attributes, PhysicalMemory cpu) {
        this.id = id;
        this.offer = offer;
        this.base = base;
        this.size = size;
        this.attributes = attributes;
        this.cpu = cpu;
    }

    /** A heap that the CPU may only write, if at all. */
    public static TestBackend restricted(String heap, UseCase useCase, long base, long size, PhysicalMemory cpu,
            Map<String, Access> grants) {
        return new TestBackend("test " + heap, PoolOffer.serve(heap, useCase), base, size,
                HeapAttributes.builder().enforcement(Enforcement.FIREWALL)
                        .cpuAccess(grants.getOrDefault("cpu", Access.NONE)).grants(grants)
                        .addressBits(Long.SIZE - Long.numberOfLeadingZeros(base + size - 1)).build(), cpu);
    }

    /** A heap of normal memory. */
    public static TestBackend normal(String heap, long base, long size, PhysicalMemory cpu) {
        return new TestBackend("test " + heap, PoolOffer.serve(heap, UseCase.NONE), base, size, HeapAttributes.builder().build(), cpu);
    }

    /** The same by another id. */
    public TestBackend named(String other) {
        return new TestBackend(other, offer, base, size, attributes, cpu);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<PoolOffer> offers() {
        return List.of(offer);
    }

    @Override
    public Pool open(PoolOffer wanted) {
        return ranges.open(offer.heap(), offer.useCase(), base, size, attributes, new PoolMemory() {
            @Override
            public void write(long address, MemorySegment from) {
                cpu.write(address, from);
            }

            @Override
            public void read(long address, MemorySegment into) {
                cpu.read(address, into);
            }
        });
    }
}
