// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Objects;
import org.cloister.backend.PoolBuffer;

/** A buffer of a {@link LendingPool}, known to it by identity, so that a stale one never passes for its successor. */
final class LentBuffer implements PoolBuffer {
    private final LendingPool pool;
    private final Chunk chunk;
    private final long address;
    private final long size;
    private boolean live = true; // guarded by the lock of Chunks

    LentBuffer(LendingPool pool, Chunk chunk, long address, long size) {
        this.pool = pool;
        this.chunk = chunk;
        this.address = address;
        this.size = size;
    }

    LendingPool pool() {
        return pool;
    }

    Chunk chunk() {
        return chunk;
    }

    long address() {
        return address;
    }

    boolean isLive() {
        return live;
    }

    void freed() {
        live = false;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long address(int segment) {
        Objects.checkIndex(segment, 1);
        return address;
    }

    @Override
    public long length(int segment) {
        Objects.checkIndex(segment, 1);
        return size;
    }

    @Override
    public String toString() {
        return "0x%x bytes at 0x%x of %s".formatted(size, address, pool);
    }
}
