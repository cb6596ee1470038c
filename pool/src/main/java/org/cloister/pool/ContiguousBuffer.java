// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Objects;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;

/**
 * A buffer of one segment, known to its pool by identity, so that a stale one never passes for its successor.
 *
 * @param <P> the kind of pool it belongs to
 */
abstract sealed class ContiguousBuffer<P extends Pool> implements PoolBuffer permits StaticBuffer, LentBuffer {
    private final P pool;
    private final long address;
    private final long size;
    private boolean live = true; // guarded by the lock of the pool's books

    ContiguousBuffer(P pool, long address, long size) {
        this.pool = pool;
        this.address = address;
        this.size = size;
    }

    final P pool() {
        return pool;
    }

    final long address() {
        return address;
    }

    final boolean isLive() {
        return live;
    }

    final void freed() {
        live = false;
    }

    @Override
    public final long size() {
        return size;
    }

    @Override
    public final long address(int segment) {
        Objects.checkIndex(segment, 1);
        return address;
    }

    @Override
    public final long length(int segment) {
        Objects.checkIndex(segment, 1);
        return size;
    }

    @Override
    public final String toString() {
        return "0x%x bytes at 0x%x of %s".formatted(size, address, pool);
    }
}
