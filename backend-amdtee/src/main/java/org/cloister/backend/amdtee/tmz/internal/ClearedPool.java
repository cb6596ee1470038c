// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tmz.internal;

import java.lang.foreign.MemorySegment;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.HeapAttributes;
import org.cloister.platform.device.MemoryEncryption;
import org.cloister.pool.StaticPool;

/** A static pool of encrypted memory, whose buffers the copy engine clears when they are handed out. */
final class ClearedPool implements Pool {
    private final StaticPool pool;
    private final MemoryEncryption unit;

    ClearedPool(StaticPool pool, MemoryEncryption unit) {
        this.pool = pool;
        this.unit = unit;
    }

    @Override
    public HeapAttributes attributes() {
        return pool.attributes();
    }

    @Override
    public PoolUsage usage() {
        return pool.usage();
    }

    @Override
    public PoolBuffer allocate(long size, long alignment) {
        PoolBuffer buffer = pool.allocate(size, alignment);
        boolean done = false;
        try {
            unit.clear(buffer.address(0), buffer.size());
            done = true;
            return buffer;
        } finally {
            if (!done) {
                pool.free(buffer);
            }
        }
    }

    @Override
    public void free(PoolBuffer buffer) {
        pool.free(buffer);
    }

    @Override
    public void write(PoolBuffer buffer, long offset, MemorySegment from) {
        pool.write(buffer, offset, from);
    }

    @Override
    public void destroy() {
        pool.destroy();
    }
}
