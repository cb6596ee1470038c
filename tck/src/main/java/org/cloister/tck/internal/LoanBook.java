// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a backend told core of memory that it lends, in order. Safe for use by any thread. */
public final class LoanBook {
    /** What may be told of a range. */
    public enum Tiding { LENT, RECLAIMED, FAULTED, QUARANTINED }

    /**
     * Something that was told.
     *
     * @param what the kind
     * @param span of which range
     * @param lent what was lent just before, by what had been told until then
     */
    public record Entry(Tiding what, Span span, Set<Span> lent) {}

    private final List<Entry> entries = new ArrayList<>(); // guarded by this, as is the next
    private final Set<Span> lent = new LinkedHashSet<>();

    LoanBook() {}

    synchronized void tell(Tiding what, Span span) {
        entries.add(new Entry(what, span, Set.copyOf(lent)));
        switch (what) {
            case LENT -> lent.add(span);
            case RECLAIMED -> lent.remove(span);
            case FAULTED, QUARANTINED -> { }
        }
    }

    /** {@return how much was told so far} */
    public synchronized int length() {
        return entries.size();
    }

    /** {@return what was told after {@code length} entries, in order} */
    public synchronized List<Entry> since(int length) {
        return List.copyOf(entries.subList(length, entries.size()));
    }

    /** {@return what was told of one kind after {@code length} entries, in order} */
    public List<Entry> since(int length, Tiding what) {
        return since(length).stream().filter(entry -> entry.what() == what).toList();
    }

    /** {@return what is lent, by what was told} */
    public synchronized Set<Span> lent() {
        return Set.copyOf(lent);
    }
}
