// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.pool.Lender;
import org.cloister.pool.LendingPool;

/** The pools of all use cases, which share an area and firewall regions. Safe for use by any thread. */
final class Neighbours {
    private final Map<Lender, LendingPool> pools = new ConcurrentHashMap<>();

    /** A pool was opened. */
    void add(Lender lender, LendingPool pool) {
        pools.put(lender, pool);
    }

    /** A pool was destroyed. */
    void remove(Lender lender) {
        pools.remove(lender);
    }

    /** Has all other pools let go of what they keep idle; tells whether any did. */
    boolean makeRoomFor(Lender wanting) {
        long released = 0;
        for (var neighbour : pools.entrySet()) {
            if (neighbour.getKey() != wanting) {
                released += neighbour.getValue().releaseIdle();
            }
        }
        return released > 0;
    }
}
