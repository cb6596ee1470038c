// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** A backend whose memory is made of numbers: addresses that nobody reads or writes. Counts what core does to it. */
final class CountingBackend implements HeapBackend {
    private static final long CAPACITY = 1 << 20;

    private final String id;
    private final List<PoolOffer> offers;
    private final AtomicInteger destroyed = new AtomicInteger();
    private final Set<PoolBuffer> live = ConcurrentHashMap.newKeySet();
    private volatile long start = 0x1_0000_0000L;
    private volatile Runnable accident = () -> {};

    CountingBackend(String id, PoolOffer... offers) {
        this.id = id;
        this.offers = List.of(offers);
    }

    /** From now on {@code event} happens in the middle of each allocation. */
    CountingBackend duringAllocation(Runnable event) {
        accident = event;
        return this;
    }

    /** Pools that are opened from now on hand out addresses from {@code address} on. */
    CountingBackend startingAt(long address) {
        start = address;
        return this;
    }

    int destroyed() {
        return destroyed.get();
    }

    int live() {
        return live.size();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<PoolOffer> offers() {
        return offers;
    }

    @Override
    public Pool open(PoolOffer offer) {
        return new CountingPool();
    }

    private record Block(long address, long size) implements PoolBuffer {
        @Override
        public long address(int segment) {
            return address;
        }
    }

    private final class CountingPool implements Pool {
        private final AtomicLong next = new AtomicLong(start);
        private final AtomicLong used = new AtomicLong();

        @Override
        public HeapAttributes attributes() {
            return HeapAttributes.builder().enforcement(Enforcement.FIREWALL).cpuAccess(Access.NONE).build();
        }

        @Override
        public PoolUsage usage() {
            return PoolUsage.of(CAPACITY, CAPACITY - used.get(), CAPACITY - used.get());
        }

        @Override
        public PoolBuffer allocate(long size, long alignment) {
            accident.run();
            if (used.addAndGet(size) > CAPACITY) {
                used.addAndGet(-size);
                throw new HeapException(HeapError.NO_MEMORY, "allocate", id, "the pool is full", "free buffers");
            }
            long address = next.getAndUpdate(a -> (a + alignment - 1 & -alignment) + size) + alignment - 1 & -alignment;
            var block = new Block(address, size);
            live.add(block);
            return block;
        }

        @Override
        public void free(PoolBuffer buffer) {
            if (!live.remove(buffer)) {
                throw new HeapException(HeapError.INVALID_ARGUMENT, "free", id, "no such buffer", "free once");
            }
            used.addAndGet(-buffer.size());
        }

        @Override
        public void destroy() {
            destroyed.incrementAndGet();
        }
    }
}
