// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

/** A buffer of a {@link LendingPool}, and the chunk that it is in. */
final class LentBuffer extends ContiguousBuffer<LendingPool> {
    private final Chunk chunk;

    LentBuffer(LendingPool pool, Chunk chunk, long address, long size) {
        super(pool, address, size);
        this.chunk = chunk;
    }

    Chunk chunk() {
        return chunk;
    }
}
