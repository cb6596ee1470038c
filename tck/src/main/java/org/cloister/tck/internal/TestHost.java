// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** The suite in the place of core: it writes down what a backend says. Safe for use by any thread. */
public final class TestHost implements BackendHost {
    /**
     * Memory that a backend withdrew.
     *
     * @param pool the pool
     * @param span where it is
     */
    public record Withdrawn(Pool pool, Span span) {}

    private final LoanBook loans = new LoanBook();
    private final List<Withdrawn> withdrawn = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger changes = new AtomicInteger();

    @Override
    public void offersChanged() {
        changes.incrementAndGet();
    }

    @Override
    public void failed(Pool pool, String why) {
        failures.add(String.valueOf(why));
    }

    @Override
    public void quarantined(Pool pool, long address, long size, String why) {
        withdrawn.add(new Withdrawn(pool, new Span(address, size)));
        loans.tell(LoanBook.Tiding.QUARANTINED, new Span(address, size));
    }

    @Override
    public void lent(Pool pool, long address, long size) {
        loans.tell(LoanBook.Tiding.LENT, new Span(address, size));
    }

    @Override
    public void reclaimed(Pool pool, long address, long size) {
        loans.tell(LoanBook.Tiding.RECLAIMED, new Span(address, size));
    }

    @Override
    public void faulted(Pool pool, long address, long size, String why) {
        loans.tell(LoanBook.Tiding.FAULTED, new Span(address, size));
    }

    @Override
    public BorrowedBuffer borrow(DmaBuf buffer) {
        throw new HeapException(HeapError.INVALID_ARGUMENT, "look behind a buffer", String.valueOf(buffer),
                "the suite made no buffers", "borrow buffers of core only");
    }

    /** {@return what was said of memory that is lent} */
    public LoanBook loans() {
        return loans;
    }

    /** {@return what was withdrawn} */
    public List<Withdrawn> withdrawn() {
        return withdrawn;
    }

    /** {@return why pools were said to have failed} */
    public List<String> failures() {
        return failures;
    }

    /** {@return how often offers were said to have changed} */
    public int changes() {
        return changes.get();
    }
}
