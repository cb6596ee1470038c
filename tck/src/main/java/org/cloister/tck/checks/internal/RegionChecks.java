// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.Enforcement;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.PoolBench;

/** Firewall regions are few: pools protect whole ranges, never single buffers, and give regions back. */
@Category("region budget")
final class RegionChecks {
    private static int used(PoolBench bench) {
        return bench.usage().regionsUsed().orElseThrow(() -> Expect.skip("the pool does not tell its firewall regions"));
    }

    private static int left(PoolBench bench) {
        return bench.usage().regionsLeft().orElseThrow(() -> Expect.skip("the pool does not tell its firewall regions"));
    }

    @Check(clause = "A pool tells both, regions that it uses and regions that are left, or neither.",
            remedy = "Use PoolUsage.regions(used, left), or leave both out where no firewall is involved.")
    void regionsAreToldTogether(PoolBench bench) {
        PoolUsage usage = bench.usage();
        Expect.that(usage.regionsUsed().isPresent() == usage.regionsLeft().isPresent(), "used is %s, left is %s",
                usage.regionsUsed(), usage.regionsLeft());
    }

    @Check(clause = "A pool with a live buffer behind a firewall uses at least one region.",
            remedy = "Count the regions that protect the pool's memory now.")
    void liveMemoryIsInARegion(PoolBench bench) {
        used(bench);
        if (bench.attributes().enforcement() != Enforcement.FIREWALL) {
            throw Expect.skip("no firewall keeps this memory");
        }
        bench.take(bench.granule());
        Expect.that(used(bench) >= 1, "a buffer is live, and no region is used");
    }

    @Check(clause = "Buffers do not take a region each.",
            remedy = "Protect a range when it is taken, and hand out parts of it.")
    void buffersShareARegion(PoolBench bench) {
        used(bench);
        bench.take(bench.granule());
        int one = used(bench);
        for (int i = 0; i < 16; i++) {
            bench.take(bench.granule());
        }
        Expect.that(used(bench) <= one + 1, "one small buffer takes %d regions, and 17 take %d", one, used(bench));
    }

    @Check(clause = "A buffer that comes and goes takes no further region each time.",
            remedy = "Give a region back with the range, and look for one that stays when a range goes.")
    void regionsDoNotTrickleAway(PoolBench bench) {
        used(bench);
        bench.give(bench.take(bench.modest()));
        int before = used(bench);
        for (int i = 0; i < 20; i++) {
            bench.give(bench.take(bench.modest()));
        }
        Expect.that(used(bench) <= before, "%d regions were used, and %d are after 20 buffers", before, used(bench));
    }

    @Check(clause = "A region that is used is not left, and the other way about.",
            remedy = "Take both figures from one source, in one go.")
    void usedAndLeftAddUp(PoolBench bench) {
        int sum = used(bench) + left(bench);
        bench.take(bench.granule());
        Expect.that(used(bench) + left(bench) == sum, "used and left were %d in all, and are %d", sum,
                used(bench) + left(bench));
    }

    @Check(clause = "A destroyed pool gives its regions back.",
            remedy = "Give every region back in destroy(), those of idle memory too.")
    void destroyGivesRegionsBack(PoolBench bench) {
        int before = left(bench);
        bench.take(bench.granule());
        bench.reopen();
        Expect.that(left(bench) == before, "%d regions were left, and %d are", before, left(bench));
    }

    @Check(clause = "A pool that cannot have another region serves from the memory that it has.",
            remedy = "Look for room in protected memory first, and grow only when there is none.")
    void protectedMemoryIsUsedFirst(PoolBench bench) {
        used(bench);
        List<PoolBuffer> buffers = new ArrayList<>();
        buffers.add(bench.take(4 * bench.granule()));
        buffers.add(bench.take(bench.granule()));
        int before = used(bench);
        bench.give(buffers.getFirst());
        bench.take(4 * bench.granule());
        Expect.that(used(bench) <= before, "room was free in %d regions, and %d are used now", before, used(bench));
    }
}
