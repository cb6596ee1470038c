// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import org.cloister.backend.PoolBuffer;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.HeapError;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.PoolBench;

/** How a trusted OS finds a buffer. */
@Category("TEE use of buffers")
final class TeeMemoryChecks {
    private static final String SAY_WHERE = "Answer teeMemory() for each live buffer, or take tee=true out of "
            + "@ProvidesBackend.";

    private static boolean known(PoolBench bench, PoolBuffer buffer) {
        if (bench.declares("tee")) {
            return true;
        }
        bench.absent("asking where a trusted OS finds a buffer, which the capability does not declare",
                HeapError.NOT_SUPPORTED, () -> bench.pool().teeMemory(buffer));
        return false;
    }

    @Check(clause = "A backend that declares tee=true says where a trusted OS finds a buffer; others refuse with "
            + "NOT_SUPPORTED.", remedy = SAY_WHERE)
    void theTrustedOsIsToldWhere(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        if (known(bench, buffer)) {
            Expect.works("teeMemory() of a live buffer", () -> Expect.that(bench.pool().teeMemory(buffer) != null,
                    "it returned nothing"));
        }
    }

    @Check(clause = "A place by address is the address of the buffer.",
            remedy = "Answer with the address of the buffer, not of the range that it is a part of.")
    void aPhysicalPlaceIsTheBuffers(PoolBench bench) {
        PoolBuffer first = bench.take(bench.granule());
        PoolBuffer buffer = bench.take(bench.modest());
        if (known(bench, first) && bench.pool().teeMemory(buffer) instanceof TeeMemory.Physical place) {
            long base = bench.spans(buffer).getFirst().base();
            Expect.that(place.address() == base, "the buffer is at 0x%x, and the trusted OS is sent to 0x%x", base,
                    place.address());
        }
    }

    @Check(clause = "Two buffers have different places.",
            remedy = "Add the offset of the buffer within the range that the trusted OS knows.")
    void differentBuffersHaveDifferentPlaces(PoolBench bench) {
        PoolBuffer one = bench.take(bench.granule());
        PoolBuffer other = bench.take(bench.granule());
        if (known(bench, one)) {
            Expect.that(!bench.pool().teeMemory(one).equals(bench.pool().teeMemory(other)), "both are at %s",
                    bench.pool().teeMemory(one));
        }
    }

    @Check(clause = "A buffer's place stays the same while it is live.",
            remedy = "Work the place out from what the buffer was allocated from.")
    void aPlaceStays(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        if (known(bench, buffer)) {
            TeeMemory before = bench.pool().teeMemory(buffer);
            bench.take(bench.modest());
            Expect.that(before.equals(bench.pool().teeMemory(buffer)), "it was %s and is %s", before,
                    bench.pool().teeMemory(buffer));
        }
    }
}
