// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * The books of a {@link LendingPool}: its chunks, the oldest first, and what is allocated in them. As there are no more
 * chunks than firewall regions, they are simply gone through.
 *
 * <p>Safe for use by any thread: one lock, held for the moment of one method, guards everything here and the state and
 * allocator of each chunk.
 */
final class Chunks {
    private final String name;
    private final PoolTimer timer;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Chunk> chunks = new ArrayList<>(); // guarded by lock, as all below
    private int idle;
    private boolean closed;

    /**
     * @param name the pool's, for messages
     * @param timer tells since when chunks are idle
     */
    Chunks(String name, PoolTimer timer) {
        this.name = name;
        this.timer = timer;
    }

    /**
     * Allocates from the oldest chunk that has room, from an idle one only if no other has, so that chunks get a chance
     * to become idle.
     *
     * @return the buffer, or {@code null} when no chunk has room
     */
    LentBuffer allocate(LendingPool pool, long size, long alignment) {
        lock.lock();
        try {
            requireOpen("allocate");
            LentBuffer buffer = allocate(pool, ChunkState.IN_USE, size, alignment);
            return buffer == null && idle > 0 ? allocate(pool, ChunkState.IDLE, size, alignment) : buffer;
        } finally {
            lock.unlock();
        }
    }

    private LentBuffer allocate(LendingPool pool, ChunkState from, long size, long alignment) {
        for (int i = 0; i < chunks.size(); i++) {
            Chunk chunk = chunks.get(i);
            if (chunk.state() == from && chunk.allocator().freeBytes() >= size) {
                long address = chunk.allocator().tryAllocate(size, alignment);
                if (address != RangeAllocator.NONE) {
                    if (from == ChunkState.IDLE) {
                        chunk.become(ChunkState.IN_USE);
                        idle--;
                    }
                    return new LentBuffer(pool, chunk, address, wholePages(chunk, size));
                }
            }
        }
        return null;
    }

    private static long wholePages(Chunk chunk, long size) {
        long page = chunk.allocator().pageSize();
        return size + page - 1 & -page;
    }

    /** Memory was taken for a chunk. */
    void add(Chunk chunk) {
        lock.lock();
        try {
            chunk.become(ChunkState.ALLOCATED);
            chunks.add(chunk);
        } finally {
            lock.unlock();
        }
    }

    /** A chunk goes on to its next state. */
    void become(Chunk chunk, ChunkState next) {
        lock.lock();
        try {
            chunk.become(next);
            if (next == ChunkState.NONE) {
                chunks.remove(chunk);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A chunk serves from now on, the buffer that it was lent for first. */
    LentBuffer open(LendingPool pool, Chunk chunk, long size, long alignment) {
        lock.lock();
        try {
            long address = chunk.allocator().allocate(size, alignment);
            chunk.become(ChunkState.IN_USE);
            return new LentBuffer(pool, chunk, address, wholePages(chunk, size));
        } finally {
            lock.unlock();
        }
    }

    /** Frees a live buffer; tells whether its chunk is idle now. */
    boolean free(LendingPool pool, PoolBuffer buffer) {
        lock.lock();
        try {
            LentBuffer mine = requireLive(pool, "free", buffer);
            Chunk chunk = mine.chunk();
            chunk.allocator().free(mine.address());
            mine.freed();
            if (chunk.allocator().allocations() > 0) {
                return false;
            }
            chunk.become(ChunkState.IDLE);
            chunk.idleSince(timer.nanoTime());
            idle++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A live buffer of the pool, or a refusal. */
    LentBuffer live(LendingPool pool, String what, PoolBuffer buffer) {
        lock.lock();
        try {
            return requireLive(pool, what, buffer);
        } finally {
            lock.unlock();
        }
    }

    /** The longest that a chunk has been idle, in nanoseconds; empty when none is. */
    Optional<Long> longestIdleNanos() {
        lock.lock();
        try {
            return longestIdle().map(c -> timer.nanoTime() - c.idleSince());
        } finally {
            lock.unlock();
        }
    }

    /** Takes the chunk that has been idle for longest out of service, if there is one and it is to go. */
    Optional<Chunk> release(Predicate<Idle> which) {
        lock.lock();
        try {
            Optional<Chunk> chunk = longestIdle()
                    .filter(c -> which.test(new Idle(idle, timer.nanoTime() - c.idleSince())));
            chunk.ifPresent(c -> {
                c.become(ChunkState.RELEASING);
                idle--;
            });
            return chunk;
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether {@link #release} would find a chunk. */
    boolean hasIdle(Predicate<Idle> which) {
        lock.lock();
        try {
            return longestIdle().filter(c -> which.test(new Idle(idle, timer.nanoTime() - c.idleSince()))).isPresent();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What decides whether the chunk that has been idle for longest goes.
     *
     * @param chunks how many are idle
     * @param nanos for how long that one has been
     */
    record Idle(int chunks, long nanos) {}

    private Optional<Chunk> longestIdle() {
        Chunk longest = null;
        for (Chunk chunk : chunks) {
            if (chunk.state() == ChunkState.IDLE
                    && (longest == null || chunk.idleSince() - longest.idleSince() < 0)) {
                longest = chunk;
            }
        }
        return Optional.ofNullable(longest);
    }

    /** Chunks that nobody may have. */
    List<Chunk> quarantined() {
        lock.lock();
        try {
            return chunks.stream().filter(c -> c.state() == ChunkState.QUARANTINED).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that are lent and serve. */
    long lent() {
        lock.lock();
        try {
            return chunks.stream().filter(c -> c.state().serves()).mapToLong(Chunk::size).sum();
        } finally {
            lock.unlock();
        }
    }

    /** How much is used; {@code growth} bytes could still be lent. */
    PoolUsage usage(long growth, Optional<RegionBudget> budget) {
        lock.lock();
        try {
            long lent = 0;
            long free = 0;
            long largest = growth;
            long quarantined = 0;
            int regions = 0;
            for (Chunk chunk : chunks) {
                if (chunk.state().serves()) {
                    lent += chunk.size();
                    free += chunk.allocator().freeBytes();
                    largest = Math.max(largest, chunk.allocator().largestFree());
                }
                quarantined += chunk.state() == ChunkState.QUARANTINED ? chunk.size() : 0;
                regions += chunk.holdsRegion() ? 1 : 0;
            }
            PoolUsage usage = PoolUsage.of(lent + growth, free + growth, largest).quarantined(quarantined);
            return budget.isPresent() ? usage.regions(regions, budget.get().left()) : usage;
        } finally {
            lock.unlock();
        }
    }

    /** No allocation from now on; refused while buffers are live. */
    void close() {
        lock.lock();
        try {
            requireOpen("destroy");
            int live = chunks.stream().filter(c -> c.state().serves()).mapToInt(c -> c.allocator().allocations()).sum();
            if (live > 0) {
                throw new HeapException(HeapError.BUSY, "destroy", name, live + " buffers are live", "free them first");
            }
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen(String what) {
        if (closed) {
            throw new HeapException(HeapError.CLOSED, what, name, "the pool is destroyed", "open a new pool");
        }
    }

    private LentBuffer requireLive(LendingPool pool, String what, PoolBuffer buffer) {
        if (buffer instanceof LentBuffer mine && mine.pool() == pool && mine.isLive()) {
            return mine;
        }
        throw new HeapException(HeapError.INVALID_ARGUMENT, what + " a buffer", name,
                "it is not a live buffer of this pool", "use what this pool allocated, and free it once");
    }
}
