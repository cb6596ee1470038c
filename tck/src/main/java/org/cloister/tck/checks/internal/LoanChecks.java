// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapException;
import org.cloister.tck.FaultInjector;
import org.cloister.tck.MemoryObserver;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Eyes;
import org.cloister.tck.internal.LoanBook;
import org.cloister.tck.internal.LoanBook.Tiding;
import org.cloister.tck.internal.PoolBench;
import org.cloister.tck.internal.Span;

/** Memory that is protected at run time: core is told of each range that goes and comes, once, and of the right one. */
@Category("events of loans")
final class LoanChecks {
    /** Bytes at either end of a range that are looked at. */
    private static final int LOOK = 8;

    private static void requireLoans(List<LoanBook.Entry> told) {
        if (told.stream().noneMatch(entry -> entry.what() == Tiding.LENT)) {
            throw Expect.skip("the pool told of no memory that it lends");
        }
    }

    /** Takes some buffers, of different sizes, so that the pool has to grow if it can. */
    private static List<PoolBuffer> takeSome(PoolBench bench) {
        List<PoolBuffer> taken = new ArrayList<>();
        taken.add(bench.take(bench.modest()));
        try {
            for (int i = 0; i < 4; i++) {
                taken.add(bench.take(bench.usage().free().isPresent() ? bench.largeStep() : bench.modest()));
            }
        } catch (HeapException e) {
            // what there is will do
        }
        return taken;
    }

    /** Whether no byte of a range is outside of {@code others}. */
    private static boolean isCovered(Span span, Collection<Span> others) {
        long at = span.base();
        for (Span other : others.stream().sorted(Comparator.comparingLong(Span::base)).toList()) {
            if (other.base() <= at && at < other.end()) {
                at = other.end();
            }
        }
        return at >= span.end();
    }

    @Check(clause = "Memory that is protected at run time is told of as lent, all of it.",
            remedy = "Call host.lent with address and size of each range, once the firewall keeps it.")
    void aLoanIsTold(PoolBench bench) {
        List<Span> parts = bench.spans(bench.take(bench.modest()));
        Collection<Span> lent = bench.host().loans().lent();
        if (parts.stream().allMatch(part -> isCovered(part, lent))) {
            return;
        }
        Eyes eyes = bench.eyes();
        eyes.requireFirewall();
        List<Span> closed = parts.stream().filter(part -> !isCovered(part, lent))
                .filter(part -> !eyes.reads(MemoryObserver.CPU, part.base(), LOOK)).toList();
        bench.reopen();
        for (Span part : closed) {
            Expect.that(!eyes.reads(MemoryObserver.CPU, part.base(), LOOK),
                    "%s was closed to the CPU for a buffer and is open again; core was told that lent is %s", part,
                    lent.isEmpty() ? "nothing" : lent);
        }
        throw Expect.skip("the memory is closed to the CPU all the time, or never");
    }

    @Check(clause = "Memory that the normal world has again is told of as reclaimed.",
            remedy = "Call host.reclaimed with the range as it was lent, once the normal world has it again.")
    void aReclaimIsTold(PoolBench bench) {
        LoanBook loans = bench.host().loans();
        int from = loans.length();
        takeSome(bench);
        List<LoanBook.Entry> told = loans.since(from);
        requireLoans(told);
        Eyes eyes = bench.eyes();
        eyes.requireFirewall();
        bench.reopen();
        for (LoanBook.Entry entry : loans.since(from, Tiding.LENT)) {
            Expect.that(!loans.lent().contains(entry.span())
                    || !eyes.reads(MemoryObserver.CPU, entry.span().base(), LOOK),
                    "the CPU has %s again, and core was not told", entry.span());
        }
    }

    @Check(clause = "A range is told of as lent once, until it is reclaimed.",
            remedy = "Call host.lent when a range is lent, not for each buffer, and not for what is lent already.")
    void aLoanIsToldOnce(PoolBench bench) {
        LoanBook loans = bench.host().loans();
        int from = loans.length();
        takeSome(bench);
        List<LoanBook.Entry> told = loans.since(from);
        requireLoans(told);
        List<Span> lent = new ArrayList<>();
        for (LoanBook.Entry entry : told) {
            if (entry.what() == Tiding.LENT) {
                Expect.that(lent.stream().noneMatch(entry.span()::overlaps), "%s was told of, and lent is %s already",
                        entry.span(), lent);
                lent.add(entry.span());
            } else if (entry.what() == Tiding.RECLAIMED) {
                lent.remove(entry.span());
            }
        }
    }

    @Check(clause = "What is told of as reclaimed is a range that is lent, as it was lent.",
            remedy = "Call host.reclaimed once, with the address and size that host.lent was called with.")
    void aReclaimNamesWhatWasLent(PoolBench bench) {
        LoanBook loans = bench.host().loans();
        int from = loans.length();
        takeSome(bench);
        bench.reopen();
        List<LoanBook.Entry> told = loans.since(from, Tiding.RECLAIMED);
        if (told.isEmpty()) {
            throw Expect.skip("the pool told of no memory that it took back");
        }
        for (LoanBook.Entry entry : told) {
            Expect.that(entry.lent().contains(entry.span()), "%s was told of, and lent was %s", entry.span(),
                    entry.lent().isEmpty() ? "nothing" : entry.lent());
        }
    }

    @Check(clause = "The CPU reaches nothing of a range that is lent.",
            remedy = "Name the range that is protected, no more and no other, and not before it is.")
    void whatIsLentIsOutOfReach(PoolBench bench) {
        LoanBook loans = bench.host().loans();
        int from = loans.length();
        takeSome(bench);
        requireLoans(loans.since(from));
        Eyes eyes = bench.eyes();
        eyes.requireFirewall();
        for (LoanBook.Entry entry : loans.since(from, Tiding.LENT)) {
            Span span = entry.span();
            if (loans.lent().contains(span)) {
                for (long at : new long[] {span.base(), span.end() - LOOK}) {
                    Expect.that(!eyes.reads(MemoryObserver.CPU, at, LOOK), "%s is lent, and the CPU reads at 0x%x",
                            span, at);
                }
            }
        }
    }

    @Check(clause = "Before memory is quarantined core is told of the step that failed, with its range.",
            remedy = "Call host.faulted for each attempt that fails, before host.quarantined.")
    void aFaultIsToldBeforeTheQuarantine(PoolBench bench) {
        FaultInjector faults = bench.faults();
        LoanBook loans = bench.host().loans();
        int all = loans.length();
        takeSome(bench);
        bench.reopen();
        requireLoans(loans.since(all));
        for (String step : faults.steps()) {
            int from = loans.length();
            List<PoolBuffer> taken = takeSome(bench);
            try (FaultInjector.Fault _ = faults.refuse(step)) {
                for (PoolBuffer buffer : taken) {
                    quietly(() -> bench.give(buffer));
                }
            }
            List<Span> faulted = new ArrayList<>();
            for (LoanBook.Entry entry : loans.since(from)) {
                if (entry.what() == Tiding.FAULTED) {
                    faulted.add(entry.span());
                }
                Expect.that(entry.what() != Tiding.QUARANTINED || faulted.stream().anyMatch(entry.span()::overlaps),
                        "with %s refused, %s is quarantined, and core was told of faults of %s", step, entry.span(),
                        faulted.isEmpty() ? "nothing" : faulted);
            }
            bench.pool().retryQuarantined();
            quietly(bench::reopen);
        }
    }

    /** Other checks are about what fails here. */
    private static void quietly(Runnable step) {
        try {
            step.run();
        } catch (HeapException e) {
            // the step is refused
        }
    }
}
