// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.PoolBench;

/** Requests that can never be right. Core filters some of them; a pool must not rely on that. */
@Category("zero and absurd lengths")
final class LengthChecks {
    private static final String CHECK_SIZES = "Check the size first: throw HeapException(INVALID_ARGUMENT) unless it is "
            + "greater than zero and can be rounded up without overflow.";
    private static final String CHECK_ALIGNMENTS = "Check the alignment first: throw HeapException(INVALID_ARGUMENT) "
            + "unless it is a power of two.";

    private static void size(PoolBench bench, long size, HeapError... errors) {
        Expect.refusal("an allocation of %d bytes".formatted(size), () -> bench.take(size, bench.granule()), errors);
    }

    private static void alignment(PoolBench bench, long alignment, HeapError... errors) {
        Expect.refusal("an alignment of %d".formatted(alignment), () -> bench.take(bench.granule(), alignment), errors);
    }

    @Check(clause = "A length of zero is refused with INVALID_ARGUMENT.", remedy = CHECK_SIZES)
    void aLengthOfZeroIsRefused(PoolBench bench) {
        size(bench, 0, HeapError.INVALID_ARGUMENT);
    }

    @Check(clause = "A negative length is refused with INVALID_ARGUMENT.", remedy = CHECK_SIZES)
    void aNegativeLengthIsRefused(PoolBench bench) {
        size(bench, -bench.granule(), HeapError.INVALID_ARGUMENT);
    }

    @Check(clause = "The most negative length is refused with INVALID_ARGUMENT.", remedy = CHECK_SIZES)
    void theMostNegativeLengthIsRefused(PoolBench bench) {
        size(bench, Long.MIN_VALUE, HeapError.INVALID_ARGUMENT);
    }

    @Check(clause = "The largest length is refused, as no memory has it.", remedy = CHECK_SIZES)
    void theLargestLengthIsRefused(PoolBench bench) {
        size(bench, Long.MAX_VALUE, HeapError.INVALID_ARGUMENT, HeapError.NO_MEMORY);
    }

    @Check(clause = "The largest length in whole units is refused, as no memory has it.", remedy = CHECK_SIZES)
    void theLargestWholeLengthIsRefused(PoolBench bench) {
        size(bench, Long.MAX_VALUE & -bench.granule(), HeapError.INVALID_ARGUMENT, HeapError.NO_MEMORY);
    }

    @Check(clause = "A length beyond 32 bits is not cut off.",
            remedy = "Keep sizes in long, all the way; an int or a 32-bit field of a message loses the upper half.")
    void aLengthBeyond32BitsIsNotCutOff(PoolBench bench) {
        long size = (1L << 44) + bench.granule();
        size(bench, size, HeapError.INVALID_ARGUMENT, HeapError.NO_MEMORY);
    }

    @Check(clause = "More than the capacity is refused.",
            remedy = "Compare with what the pool manages, and refuse with NO_MEMORY or INVALID_ARGUMENT.")
    void moreThanTheCapacityIsRefused(PoolBench bench) {
        size(bench, bench.capacity() + bench.granule(), HeapError.INVALID_ARGUMENT, HeapError.NO_MEMORY);
    }

    @Check(clause = "More than the largest free block is refused with NO_MEMORY.",
            remedy = "Tell in largestFree the most that one allocation can get, or serve what you tell.")
    void moreThanTheLargestBlockIsRefused(PoolBench bench) {
        bench.take(bench.granule());
        long largest = bench.usage().largestFree().orElseThrow(() -> Expect.skip("the largest block is not known"));
        size(bench, largest + bench.granule(), HeapError.NO_MEMORY, HeapError.INVALID_ARGUMENT, HeapError.NO_REGION);
    }

    @Check(clause = "An alignment of zero is refused with INVALID_ARGUMENT.", remedy = CHECK_ALIGNMENTS)
    void anAlignmentOfZeroIsRefused(PoolBench bench) {
        alignment(bench, 0, HeapError.INVALID_ARGUMENT);
    }

    @Check(clause = "A negative alignment is refused with INVALID_ARGUMENT.", remedy = CHECK_ALIGNMENTS)
    void aNegativeAlignmentIsRefused(PoolBench bench) {
        alignment(bench, Long.MIN_VALUE, HeapError.INVALID_ARGUMENT);
    }

    @Check(clause = "An alignment that is no power of two is refused with INVALID_ARGUMENT.", remedy = CHECK_ALIGNMENTS)
    void anAlignmentThatIsNoPowerOfTwoIsRefused(PoolBench bench) {
        alignment(bench, 3 * bench.granule(), HeapError.INVALID_ARGUMENT);
    }

    @Check(clause = "An alignment that no address of the pool has is refused.",
            remedy = "Refuse with NO_MEMORY where no aligned range is left; do not hand out a misaligned one.")
    void anAbsurdAlignmentIsRefused(PoolBench bench) {
        try {
            var buffer = bench.take(bench.granule(), 1L << 62);
            Expect.that((bench.spans(buffer).getFirst().base() & (1L << 62) - 1) == 0, "a buffer at 0x%x is not "
                    + "aligned to 2^62", bench.spans(buffer).getFirst().base());
        } catch (HeapException e) {
            Expect.that(e.error() == HeapError.NO_MEMORY || e.error() == HeapError.INVALID_ARGUMENT
                    || e.error() == HeapError.NO_REGION, "it was refused with %s", e.error());
        }
    }

    @Check(clause = "A refused allocation changes nothing.",
            remedy = "Check everything before you take anything; undo what was taken when a later step fails.")
    void aRefusalChangesNothing(PoolBench bench) {
        long before = bench.free();
        for (int i = 0; i < 50; i++) {
            for (long size : new long[] {0, -1, Long.MAX_VALUE, bench.capacity() + bench.granule()}) {
                try {
                    bench.take(size);
                } catch (RuntimeException e) {
                    // what it is, other checks look at
                }
            }
        }
        bench.freeAll();
        Expect.that(bench.free() == before, "%d bytes were free, and %d are after refusals", before, bench.free());
    }

    @Check(clause = "A refusal says what was tried, which object refused, why, and what to do.",
            remedy = "Fill in all four phrases of HeapException: they are what the user sees.")
    void aRefusalSaysFourThings(PoolBench bench) {
        try {
            bench.take(bench.usage().capacity().isPresent() ? bench.capacity() + bench.granule() : 0);
        } catch (HeapException e) {
            Expect.that(!e.what().isBlank() && !e.which().isBlank() && !e.why().isBlank() && !e.remedy().isBlank(),
                    "something is missing in: %s", e.getMessage());
            return;
        }
        throw Expect.fail("an impossible allocation was accepted");
    }
}
