// SPDX-License-Identifier: Apache-2.0
package org.cloister.stress;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapAttributes;
import org.cloister.pool.Lender;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.LendingPool;
import org.cloister.pool.PoolTimer;
import org.cloister.pool.RangeAllocator;

/** Firmware that takes and gives back all that it is asked to, and knows what it has. Safe for use by any thread. */
final class Loans implements Lender, BackendHost {
    /** Bytes of each chunk. */
    static final long CHUNK = 2 * Shelf.PAGE;

    private final RangeAllocator area = new RangeAllocator(0x1000_0000L, 4 * CHUNK);
    private final AtomicLong handles = new AtomicLong();
    private final Map<Long, Long> lent = new ConcurrentHashMap<>(); // address by handle

    /** A pool over it that keeps no idle chunk. */
    LendingPool pool() {
        return new LendingPool("stressed", HeapAttributes.builder().cpuAccess(Access.NONE).build(), this,
                LendingPolicy.of(CHUNK, Shelf.PAGE).growingTo(CHUNK).keeping(0, Duration.ofHours(1)), new Clock(), this);
    }

    /** Whether a buffer is in memory that is lent. */
    boolean isLent(PoolBuffer buffer) {
        long begin = buffer.address(0);
        return lent.values().stream().anyMatch(chunk -> chunk <= begin && begin + buffer.size() <= chunk + CHUNK);
    }

    /** How many chunks were ever lent. */
    long count() {
        return handles.get();
    }

    /** How many are. */
    int left() {
        return lent.size();
    }

    @Override
    public synchronized long take(long size, long alignment) {
        return area.allocate(size, alignment);
    }

    @Override
    public long lend(long address, long size) {
        long handle = handles.incrementAndGet();
        lent.put(handle, address);
        return handle;
    }

    @Override
    public void reclaim(long handle) {
        lent.remove(handle);
    }

    @Override
    public synchronized void giveBack(long address) {
        area.free(address);
    }

    @Override
    public synchronized long available() {
        return area.freeBytes();
    }

    @Override
    public void offersChanged() {
        throw new UnsupportedOperationException("a pool has no offers");
    }

    @Override
    public void failed(Pool pool, String why) {
        throw new IllegalStateException(why);
    }

    @Override
    public void quarantined(Pool pool, long address, long size, String why) {
        throw new IllegalStateException(why);
    }

    @Override
    public BorrowedBuffer borrow(DmaBuf buffer) {
        throw new UnsupportedOperationException("a pool borrows nothing");
    }

    /** Nothing becomes due. */
    private static final class Clock implements PoolTimer {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void schedule(long nanos, Runnable action) {
            // whoever frees does it
        }
    }
}
