// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapException;
import org.cloister.tck.internal.BackendBench;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Eyes;
import org.cloister.tck.internal.PoolBench;
import org.cloister.tck.internal.Span;

/** Memory of two use cases shares no page and no firewall region. */
@Category("isolation of use cases")
final class IsolationChecks {
    private static final long PAGE = 4096;

    private static List<Span> some(PoolBench bench) {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            spans.addAll(bench.spans(bench.take((1 + i % 3) * bench.granule())));
        }
        return spans;
    }

    private static List<Span> most(PoolBench bench) {
        List<Span> spans = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                spans.addAll(bench.spans(bench.take(bench.largeStep())));
            }
        } catch (HeapException e) {
            // as much as there is
        }
        return spans;
    }

    private static void apart(List<Span> here, List<Span> there, long unit) {
        here.forEach(one -> there.forEach(other -> Expect.that(!one.widened(unit).overlaps(other.widened(unit)),
                "%s and %s are for different use cases and share memory", one, other)));
    }

    @Check(clause = "Buffers of different use cases never overlap.",
            remedy = "Give each use case memory of its own, or take memory through one allocator for all.")
    void useCasesHaveMemoryOfTheirOwn(BackendBench bench) {
        List<PoolBench> two = bench.twoUseCases();
        apart(some(two.getFirst()), some(two.getLast()), 1);
    }

    @Check(clause = "Buffers of different use cases share no page.",
            remedy = "Align the memory of each use case to pages at least: a page is what hardware protects.")
    void useCasesShareNoPage(BackendBench bench) {
        List<PoolBench> two = bench.twoUseCases();
        apart(some(two.getFirst()), some(two.getLast()), PAGE);
    }

    @Check(clause = "Use cases stay apart when both have taken what they can get.",
            remedy = "Take every range from a common book, also when pools grow.")
    void useCasesStayApartWhenFull(BackendBench bench) {
        List<PoolBench> two = bench.twoUseCases();
        apart(most(two.getFirst()), most(two.getLast()), PAGE);
    }

    @Check(clause = "Who may read one use case only cannot read another.",
            remedy = "Protect each use case with regions of its own, with the grants of that use case.")
    void aReaderOfOneUseCaseIsBlindForAnother(BackendBench bench) {
        List<PoolBench> two = bench.twoUseCases();
        for (PoolBench one : two) {
            PoolBench other = one == two.getFirst() ? two.getLast() : two.getFirst();
            Eyes eyes = one.eyes();
            eyes.requireRestricted();
            PoolBuffer buffer = one.take(one.modest());
            byte[] secret = Eyes.secret(9);
            eyes.plant(buffer, 0, secret);
            other.eyes().readers().stream().filter(eyes.blind()::contains).forEach(reader -> Expect.that(
                    !eyes.sees(reader, eyes.address(buffer, 0), secret), "%s may read %s and reads %s, too", reader,
                    other.heap(), one.heap()));
        }
    }

    @Check(clause = "What one use case left in memory is not found by another.",
            remedy = "Have memory scrubbed by the secure side before it changes its use case.")
    void nothingIsLeftForAnotherUseCase(BackendBench bench) {
        List<PoolBench> two = bench.twoUseCases();
        PoolBench first = two.getFirst();
        PoolBench second = two.getLast();
        byte[] secret = Eyes.secret(11);
        Eyes eyes = first.eyes();
        PoolBuffer left = first.take(first.modest());
        eyes.plant(left, 0, secret);
        long address = eyes.address(left, 0);
        first.give(left);
        first.reopen();
        for (Span span : most(second)) {
            if (span.overlaps(new Span(address, secret.length))) {
                second.eyes().readers().forEach(reader -> Expect.that(!second.eyes().sees(reader, address, secret),
                        "%s finds in %s what was left in %s", reader, second.heap(), first.heap()));
            }
        }
    }

    @Check(clause = "A use case that has taken all it can get leaves the others what is theirs.",
            remedy = "Bound what one pool can grow to, or count shared memory as free for both.")
    void useCasesDoNotStarveEachOthersBuffers(BackendBench bench) {
        List<PoolBench> two = bench.twoUseCases();
        PoolBuffer kept = two.getLast().take(two.getLast().modest());
        List<Span> before = two.getLast().spans(kept);
        most(two.getFirst());
        Expect.that(before.equals(two.getLast().spans(kept)), "a live buffer of %s was displaced",
                two.getLast().heap());
        two.getLast().giveBack(kept);
    }
}
