// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloister.heap.Access;
import org.cloister.platform.inspect.BlockedAccess;

/**
 * Blocked accesses, summed up: attacks come by the thousand, and a page shows them by who, what and where. Keeps a bounded
 * number of sums; the oldest are forgotten. Safe for use by any thread.
 */
final class FaultTally {
    /** What one party tried of one region. */
    record Key(String initiator, Access access, String region, String reason) {}

    /**
     * How often.
     *
     * @param count since the tally began
     * @param last the latest of them
     */
    record Sum(Key key, long count, BlockedAccess last) {}

    static final int KEPT = 64;

    private final Map<Key, Sum> sums = new LinkedHashMap<>(KEPT, 0.75f, true); // guarded by this

    synchronized void add(BlockedAccess fault) {
        var key = new Key(fault.initiator(), fault.access(), fault.region(), fault.reason());
        Sum before = sums.get(key);
        sums.put(key, new Sum(key, before == null ? 1 : before.count() + 1, fault));
        if (sums.size() > KEPT) {
            sums.remove(sums.keySet().iterator().next());
        }
    }

    /** The sums, the latest first. */
    synchronized List<Sum> sums() {
        var all = new ArrayList<>(sums.values());
        all.sort(Comparator.<Sum>comparingLong(sum -> sum.last().number()).reversed());
        return all;
    }

    synchronized void clear() {
        sums.clear();
    }
}
