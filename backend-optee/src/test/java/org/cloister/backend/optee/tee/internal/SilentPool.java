// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.HeapAttributes;

/** A pool that no trusted OS knows. */
record SilentPool(Pool behind) implements Pool {
    @Override
    public HeapAttributes attributes() {
        return behind.attributes();
    }

    @Override
    public PoolUsage usage() {
        return behind.usage();
    }

    @Override
    public PoolBuffer allocate(long size, long alignment) {
        return behind.allocate(size, alignment);
    }

    @Override
    public void free(PoolBuffer buffer) {
        behind.free(buffer);
    }

    @Override
    public void destroy() {
        behind.destroy();
    }
}
