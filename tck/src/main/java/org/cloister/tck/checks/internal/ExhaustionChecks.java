// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.PoolBench;

/** A pool that has no more, and one that has again. */
@Category("exhaustion and recovery")
final class ExhaustionChecks {
    @Check(clause = "A pool that has no more refuses with NO_MEMORY, or NO_REGION.",
            remedy = "Throw HeapException(NO_MEMORY) when no free range fits, and nothing else.")
    void anExhaustedPoolSaysSo(PoolBench bench) {
        List<PoolBuffer> all = bench.exhaust(bench.largeStep());
        Expect.that(!all.isEmpty(), "nothing could be allocated at all");
    }

    @Check(clause = "What can be allocated in all is not more than the capacity.",
            remedy = "Tell the capacity that the pool can serve or grow to.")
    void theCapacityIsNotExceeded(PoolBench bench) {
        long sum = bench.exhaust(bench.largeStep()).stream().mapToLong(PoolBuffer::size).sum();
        Expect.that(sum <= bench.capacity(), "%d bytes were allocated of %d", sum, bench.capacity());
    }

    @Check(clause = "Most of what a pool says is free can be allocated, unless firewall regions run out first.",
            remedy = "Do not count as free what the pool cannot hand out.")
    void whatIsFreeCanBeHad(PoolBench bench) {
        long told = bench.free();
        long sum = bench.exhaust(bench.largeStep()).stream().mapToLong(PoolBuffer::size).sum();
        Expect.that(sum >= told / 2 || bench.usage().regionsLeft().orElse(-1) == 0,
                "%d bytes were said to be free, and %d could be allocated", told, sum);
    }

    @Check(clause = "After one buffer of an exhausted pool is freed, one of that size can be allocated.",
            remedy = "Put a freed range back among the free ones at once.")
    void onePlaceThatIsFreedCanBeTakenAgain(PoolBench bench) {
        List<PoolBuffer> all = bench.exhaust(bench.largeStep());
        if (all.isEmpty()) {
            throw Expect.skip("nothing could be allocated");
        }
        PoolBuffer one = all.get(all.size() / 2);
        long size = one.size();
        bench.give(one);
        bench.obtain(size);
    }

    @Check(clause = "When all is freed, as much is free as at first.",
            remedy = "Compare what allocate() takes with what free() gives back: sizes must be those of the range.")
    void allComesBack(PoolBench bench) {
        long before = bench.free();
        bench.exhaust(bench.largeStep());
        bench.freeAll();
        Expect.that(bench.free() == before, "%d bytes were free, and %d are", before, bench.free());
    }

    @Check(clause = "Free ranges that touch become one again.",
            remedy = "Merge a freed range with the free one before and the one behind it.")
    void freeRangesMerge(PoolBench bench) {
        long step = bench.largeStep();
        PoolBuffer large = bench.take(2 * step);
        bench.give(large);
        List<PoolBuffer> small = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            small.add(bench.take(Math.max(bench.granule(), step / 8 & -bench.granule())));
        }
        for (int i : new int[] {1, 3, 5, 7, 0, 2, 4, 6}) {
            bench.give(small.get(i));
        }
        bench.obtain(2 * step);
    }

    @Check(clause = "Refusals of an exhausted pool cost nothing: it recovers all the same.",
            remedy = "Undo what a failed allocation took before it failed.")
    void refusalsOfAnExhaustedPoolCostNothing(PoolBench bench) {
        long before = bench.free();
        long step = bench.largeStep();
        bench.exhaust(step);
        for (int i = 0; i < 20; i++) {
            try {
                bench.take(step);
            } catch (HeapException e) {
                Expect.that(e.error() == HeapError.NO_MEMORY || e.error() == HeapError.NO_REGION,
                        "refusal %d was %s", i, e.error());
            }
        }
        bench.freeAll();
        Expect.that(bench.free() == before, "%d bytes were free, and %d are", before, bench.free());
    }

    @Check(clause = "An exhausted pool leaves no free block that it says it has.",
            remedy = "Work largestFree out from the same books as allocations.")
    void anExhaustedPoolHasNoLargeBlock(PoolBench bench) {
        long step = bench.largeStep();
        bench.exhaust(step);
        long largest = bench.usage().largestFree().orElseThrow(() -> Expect.skip("the largest block is not known"));
        Expect.that(largest < step || bench.usage().regionsLeft().orElse(-1) == 0,
                "a block of %d bytes was refused, and the largest free one is said to have %d", step, largest);
    }

    @Check(clause = "Using a pool up three times over changes nothing.",
            remedy = "Look for what each round leaves: a count, a region, a chunk that is not merged.")
    void aPoolCanBeUsedUpAgainAndAgain(PoolBench bench) {
        long step = bench.largeStep();
        int first = bench.exhaust(step).size();
        for (int round = 0; round < 2; round++) {
            bench.freeAll();
            int now = bench.exhaust(step).size();
            Expect.that(now == first, "%d buffers fitted at first, and %d in a later round", first, now);
        }
    }

    @Check(clause = "Freeing in another order than allocating gives all back.",
            remedy = "Find the place of a freed range by its address, not by the order of allocation.")
    void anyOrderOfFreesWillDo(PoolBench bench) {
        long before = bench.free();
        List<PoolBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            buffers.add(bench.take((1 + i % 4) * bench.granule()));
        }
        for (int i = 0; i < 16; i++) {
            bench.give(buffers.remove((i * 7 + 3) % buffers.size()));
        }
        Expect.that(bench.free() == before, "%d bytes were free, and %d are", before, bench.free());
    }
}
