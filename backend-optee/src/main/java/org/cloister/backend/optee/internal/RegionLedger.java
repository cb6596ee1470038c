// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.pool.RegionBudget;

/**
 * The firewall regions that lent memory of all use cases takes, as far as this driver knows: one for each chunk. Safe
 * for use by any thread.
 */
final class RegionLedger {
    private final OptionalInt total;
    private final AtomicInteger used = new AtomicInteger();

    /**
     * Opens a ledger with no region used.
     *
     * @param total how many there are; empty when only the firmware knows
     */
    RegionLedger(OptionalInt total) {
        this.total = total;
    }

    /** How many are used and left; empty when only the firmware knows. */
    Optional<RegionBudget> budget() {
        return total.isPresent() ? Optional.of(new RegionBudget(used.get(), total.getAsInt())) : Optional.empty();
    }

    /**
     * Takes one.
     *
     * @throws HeapException {@code NO_REGION} when none is left
     */
    void take(String pool) {
        int limit = total.orElse(Integer.MAX_VALUE);
        if (used.getAndUpdate(n -> n < limit ? n + 1 : n) >= limit) {
            throw new HeapException(HeapError.NO_REGION, "protect a chunk", pool, budget().orElseThrow().toString(),
                    "free buffers, of other use cases too, or ask for less");
        }
    }

    /** Gives one back. */
    void give() {
        used.decrementAndGet();
    }
}
