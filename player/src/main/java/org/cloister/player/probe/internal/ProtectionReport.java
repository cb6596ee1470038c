// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.util.List;
import java.util.Map;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapUsage;

/**
 * How a heap held out while something was done with it.
 *
 * @param board the board it ran on
 * @param heap the heap
 * @param backend who served it
 * @param probes how many attacks there were
 * @param repelled how many of them got nowhere
 * @param attackers how many attacks each attacker made
 * @param breaches attacks that got through, in words; the first few
 * @param leaked buffers of the heap that were not given back
 * @param stillLent bytes that had been lent for its buffers and did not come back to the normal world
 * @param usage of the heap, afterwards
 */
public record ProtectionReport(String board, String heap, String backend, long probes, long repelled,
        Map<String, Long> attackers, List<String> breaches, long leaked, long stillLent, HeapUsage usage) {

    /** Makes a report out of what the attacks came to. */
    public static ProtectionReport of(String board, Heap heap, HeapUsage before, long stillLent, ProbeTally tally) {
        HeapUsage after = heap.usage();
        return new ProtectionReport(board, heap.name(), heap.backend(), tally.tried(), tally.repelled(),
                tally.byAttacker(), tally.breaches(), Math.max(0, after.buffers() - before.buffers()), stillLent, after);
    }

    /** Whether every attack was repelled, and nothing was left behind. */
    public boolean holds() {
        return probes > 0 && probes == repelled && leaked == 0 && stillLent == 0;
    }
}
