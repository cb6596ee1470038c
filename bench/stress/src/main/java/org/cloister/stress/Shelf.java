// SPDX-License-Identifier: Apache-2.0
package org.cloister.stress;

import java.util.List;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.UseCase;
import org.cloister.pool.PoolMemory;
import org.cloister.pool.StaticPool;
import org.cloister.pool.StaticRanges;

/** A backend with one range of memory for secure video. Safe for use by any thread. */
final class Shelf implements HeapBackend {
    /** What it serves. */
    static final String HEAP = UseCase.SECURE_VIDEO.heapName();
    /** Bytes of a page. */
    static final long PAGE = 4096;

    private static final long SIZE = 16 * PAGE;
    private static final HeapAttributes ATTRIBUTES = HeapAttributes.builder().enforcement(Enforcement.FIREWALL)
            .cpuAccess(Access.NONE).contiguous(true).granularity(PAGE).addressBits(Integer.SIZE).build();

    private final String id;
    private final StaticPool pool;

    /** @param base of its memory */
    Shelf(String id, long base) {
        this.id = id;
        pool = new StaticRanges().open(id, UseCase.SECURE_VIDEO, base, SIZE, ATTRIBUTES, PoolMemory.outOfReach());
    }

    /** Bytes that buffers have. */
    long taken() {
        return SIZE - pool.usage().free().orElseThrow();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public void connected(BackendHost host) {
        // it has nothing to tell
    }

    @Override
    public void disconnected() {
        // nor to be told
    }

    @Override
    public List<PoolOffer> offers() {
        return List.of(PoolOffer.serve(UseCase.SECURE_VIDEO));
    }

    @Override
    public Pool open(PoolOffer offer) {
        return pool;
    }
}
