// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.backend.Pool;
import org.cloister.pool.Lender;
import org.cloister.pool.LendingPool;

/**
 * The pools of all use cases, which share an area and firewall regions. They are asked in the order in which they were
 * opened, so that the same run makes the same calls. Safe for use by any thread.
 */
final class Neighbours {
    private record Neighbour(Lender lender, LendingPool pool) {}

    private final List<Neighbour> pools = new CopyOnWriteArrayList<>();

    /** A pool was opened. */
    void add(Lender lender, LendingPool pool) {
        pools.add(new Neighbour(lender, pool));
    }

    /** A pool was destroyed. */
    void remove(Lender lender) {
        pools.removeIf(one -> one.lender() == lender);
    }

    /** Tells whether a pool is one of these. */
    boolean has(Pool pool) {
        return pools.stream().anyMatch(one -> one.pool() == pool);
    }

    /** Has all other pools let go of what they keep idle; tells whether any did. */
    boolean makeRoomFor(Lender wanting) {
        long released = 0;
        for (Neighbour neighbour : pools) {
            if (neighbour.lender() != wanting) {
                released += neighbour.pool().releaseIdle();
            }
        }
        return released > 0;
    }
}
