// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolMapping;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.SecureCopier;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.HeapAttributes;
import org.osgi.annotation.versioning.ConsumerType;

/** A pool that leaves everything to another. */
@ConsumerType
public class ForwardingPool implements Pool {
    private final Pool pool;

    /** Leaves everything to {@code pool}. */
    public ForwardingPool(Pool pool) {
        this.pool = pool;
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
        return pool.allocate(size, alignment);
    }

    @Override
    public void free(PoolBuffer buffer) {
        pool.free(buffer);
    }

    @Override
    public void destroy() {
        pool.destroy();
    }

    @Override
    public void write(PoolBuffer buffer, long offset, MemorySegment from) {
        pool.write(buffer, offset, from);
    }

    @Override
    public void read(PoolBuffer buffer, long offset, MemorySegment into) {
        pool.read(buffer, offset, into);
    }

    @Override
    public PoolMapping map(PoolBuffer buffer, Access access) {
        return pool.map(buffer, access);
    }

    @Override
    public void name(PoolBuffer buffer, String name) {
        pool.name(buffer, name);
    }

    @Override
    public long retryQuarantined() {
        return pool.retryQuarantined();
    }

    @Override
    public TeeMemory teeMemory(PoolBuffer buffer) {
        return pool.teeMemory(buffer);
    }

    @Override
    public Optional<String> tee() {
        return pool.tee();
    }

    @Override
    public Optional<SecureCopier> copier() {
        return pool.copier();
    }
}
