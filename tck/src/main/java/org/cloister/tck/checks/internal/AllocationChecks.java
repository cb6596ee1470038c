// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.PoolBench;
import org.cloister.tck.internal.Span;

/** Sizes, places and alignment of what a pool hands out. */
@Category("alignment and granularity")
final class AllocationChecks {
    private static final long LARGEST_ALIGNMENT = 1 << 20;

    @Check(clause = "The smallest unit can be allocated.",
            remedy = "Serve sizes from one unit of the granularity on, or raise the granularity.")
    void oneUnitCanBeHad(PoolBench bench) {
        bench.obtain(bench.granule());
    }

    @Check(clause = "A buffer has at least the size that was asked for.",
            remedy = "Round up, never down.")
    void aBufferIsLargeEnough(PoolBench bench) {
        for (long units : new long[] {1, 2, 3, 5, 8}) {
            PoolBuffer buffer = bench.take(units * bench.granule());
            Expect.that(buffer.size() >= units * bench.granule(), "%d bytes were asked for, and %d returned",
                    units * bench.granule(), buffer.size());
        }
    }

    @Check(clause = "A buffer's size is a multiple of the granularity.",
            remedy = "Return the size that was taken from the pool, in whole units.")
    void sizesAreWholeUnits(PoolBench bench) {
        for (long units : new long[] {1, 3, 7}) {
            PoolBuffer buffer = bench.take(units * bench.granule());
            Expect.that(buffer.size() % bench.granule() == 0, "a buffer has %d bytes in units of %d", buffer.size(),
                    bench.granule());
        }
    }

    @Check(clause = "A buffer is not much larger than what was asked for: no unit is wasted.",
            remedy = "Round up to the granularity, and set the granularity to what the pool really hands out.")
    void nothingIsWasted(PoolBench bench) {
        PoolBuffer buffer = bench.take(3 * bench.granule());
        Expect.that(buffer.size() == 3 * bench.granule(), "3 units of %d bytes were asked for, and %d bytes returned",
                bench.granule(), buffer.size());
    }

    @Check(clause = "Every piece begins at a multiple of the granularity.",
            remedy = "Hand out whole units, aligned to their size.")
    void piecesAreAlignedToUnits(PoolBench bench) {
        for (long units : new long[] {1, 3, 2}) {
            bench.spans(bench.take(units * bench.granule())).forEach(span -> Expect.that(
                    span.base() % bench.granule() == 0, "a piece is at 0x%x", span.base()));
        }
    }

    @Check(clause = "A buffer begins at a multiple of the alignment that was asked for.",
            remedy = "Search for a free range whose aligned start leaves room, instead of taking the first one.")
    void alignmentIsHonoured(PoolBench bench) {
        bench.take(bench.granule()); // so that the first free address is an odd one
        int served = 0;
        for (long alignment = bench.granule(); alignment <= LARGEST_ALIGNMENT; alignment *= 2) {
            try {
                long base = bench.spans(bench.take(bench.granule(), alignment)).getFirst().base();
                Expect.that((base & alignment - 1) == 0, "0x%x was the alignment, and 0x%x the address", alignment, base);
                served++;
            } catch (HeapException e) {
                Expect.that(e.error() == HeapError.NO_MEMORY || e.error() == HeapError.INVALID_ARGUMENT
                        || e.error() == HeapError.NO_REGION, "an alignment of 0x%x was refused with %s", alignment,
                        e.error());
            }
        }
        Expect.that(served > 0, "no alignment was served");
    }

    @Check(clause = "The alignment of a large buffer is honoured, too.",
            remedy = "Apply the alignment to the first byte, whatever the size.")
    void alignmentOfLargeBuffersIsHonoured(PoolBench bench) {
        bench.take(bench.granule());
        long alignment = Math.max(bench.granule(), 1 << 16);
        PoolBuffer buffer = bench.take(5 * bench.granule(), alignment);
        Expect.that((bench.spans(buffer).getFirst().base() & alignment - 1) == 0, "0x%x was the alignment, and 0x%x "
                + "the address", alignment, bench.spans(buffer).getFirst().base());
    }

    @Check(clause = "Live buffers never overlap.",
            remedy = "Take a range out of the free ones before it is returned, under the lock that guards them.")
    void buffersAreDisjoint(PoolBench bench) {
        List<Span> all = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            for (Span span : bench.spans(bench.take((1 + i % 5) * bench.granule()))) {
                for (Span other : all) {
                    Expect.that(!span.overlaps(other), "%s and %s are live and overlap", span, other);
                }
                all.add(span);
            }
        }
    }

    @Check(clause = "Live buffers do not overlap after others between them were freed.",
            remedy = "Merge a freed range with its neighbours only if these are free.")
    void buffersAreDisjointAfterFrees(PoolBench bench) {
        List<PoolBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            buffers.add(bench.take((1 + i % 3) * bench.granule()));
        }
        for (int i = 10; i >= 0; i -= 2) {
            bench.give(buffers.remove(i));
        }
        for (int i = 0; i < 12; i++) {
            buffers.add(bench.take((1 + i % 4) * bench.granule()));
        }
        List<Span> all = new ArrayList<>();
        for (PoolBuffer buffer : buffers) {
            for (Span span : bench.spans(buffer)) {
                for (Span other : all) {
                    Expect.that(!span.overlaps(other), "%s and %s are live and overlap", span, other);
                }
                all.add(span);
            }
        }
    }

    @Check(clause = "A buffer stays where it is while it is live.",
            remedy = "Return the place that was worked out at allocation, from a final field.")
    void aBufferStaysWhereItIs(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        List<Span> before = bench.spans(buffer);
        bench.give(bench.take(bench.granule()));
        bench.take(bench.modest());
        Expect.that(before.equals(bench.spans(buffer)), "it was at %s and is at %s", before, bench.spans(buffer));
    }

    @Check(clause = "A buffer keeps its size while it is live.", remedy = "Return the size from a final field.")
    void aBufferKeepsItsSize(PoolBench bench) {
        PoolBuffer buffer = bench.take(2 * bench.granule());
        long before = buffer.size();
        bench.take(bench.granule());
        Expect.that(before == buffer.size(), "it had %d bytes and has %d", before, buffer.size());
    }

    @Check(clause = "Each allocation returns a buffer of its own, equal to no other.",
            remedy = "Make a new object for each buffer, without equals(): a stale one must not pass for its successor.")
    void eachBufferIsItsOwn(PoolBench bench) {
        PoolBuffer one = bench.take(bench.granule());
        PoolBuffer other = bench.take(bench.granule());
        Expect.that(one != other && !one.equals(other), "two live buffers are equal");
    }

    @Check(clause = "What is free goes down by an allocation, and up again by its free.",
            remedy = "Keep the count beside the books, and change both under one lock.")
    void whatIsFreeIsCounted(PoolBench bench) {
        long before = bench.free();
        PoolBuffer buffer = bench.take(4 * bench.granule());
        Expect.that(bench.free() <= before - buffer.size(), "%d bytes were free, and %d are with %d allocated", before,
                bench.free(), buffer.size());
        bench.give(buffer);
        Expect.that(bench.free() == before, "%d bytes were free, and %d are after a free", before, bench.free());
    }

    @Check(clause = "A name for debugging is taken, at any length that is permitted, and none at all.",
            remedy = "Leave name() to its default, or pass the name on without a limit of your own.")
    void namesAreTaken(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.granule());
        Expect.works("naming a live buffer", () -> {
            bench.pool().name(buffer, "frame");
            bench.pool().name(buffer, "n".repeat(DmaBuf.MAX_NAME));
            bench.pool().name(buffer, "");
        });
    }
}
