// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.time.Duration;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapAttributes;
import org.cloister.pool.Lender;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.LendingPool;
import org.cloister.pool.PoolTimer;
import org.cloister.pool.RangeAllocator;

/** Lends without a secure world, so that a pool over it costs what the pool costs. For one thread. */
final class IdleLender implements Lender, BackendHost {
    private final RangeAllocator area;
    private long handle;

    private IdleLender(long size) {
        area = new RangeAllocator(0, size);
    }

    /** A pool that lends chunks of one size from an area. */
    static LendingPool pool(long area, long chunk) {
        var lender = new IdleLender(area);
        return new LendingPool("bench", HeapAttributes.builder().cpuAccess(Access.NONE).build(), lender,
                LendingPolicy.of(chunk, 4096).growingTo(chunk).keeping(1, Duration.ofHours(1)), new Clock(), lender);
    }

    @Override
    public long take(long size, long alignment) {
        return area.allocate(size, alignment);
    }

    @Override
    public long lend(long address, long size) {
        return ++handle;
    }

    @Override
    public void reclaim(long number) {
        // nobody has it
    }

    @Override
    public void giveBack(long address) {
        area.free(address);
    }

    @Override
    public long available() {
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

    /** Nothing becomes due while a benchmark runs. */
    private static final class Clock implements PoolTimer {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void schedule(long nanos, Runnable action) {
            // in an hour
        }
    }
}
