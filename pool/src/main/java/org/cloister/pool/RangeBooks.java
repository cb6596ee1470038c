// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.concurrent.locks.ReentrantLock;

/**
 * What is allocated in one static range, and the lock that guards it. Pools over the same range keep the same books.
 * Safe for use by any thread that holds the lock.
 */
final class RangeBooks {
    private final ReentrantLock lock = new ReentrantLock();
    private final RangeAllocator allocator; // guarded by lock

    RangeBooks(String name, long base, long size, long granularity) {
        allocator = new RangeAllocator(name, base, size, granularity);
    }

    /** Guards the allocator and whatever pools keep beside it. */
    ReentrantLock lock() {
        return lock;
    }

    /** The allocator; its bounds may be read without the lock. */
    RangeAllocator allocator() {
        return allocator;
    }
}
