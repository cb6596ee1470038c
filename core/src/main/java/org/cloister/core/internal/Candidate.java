// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;

/**
 * A backend that stands for election. Mutable fields are guarded by the lock of {@link Elections}, unless they say
 * otherwise.
 */
final class Candidate {
    /** Highest ranking first, then the oldest service, as the OSGi service registry orders. */
    static final Comparator<Candidate> ORDER = Comparator.<Candidate>comparingInt(Candidate::ranking).reversed()
            .thenComparingLong(Candidate::serviceId);

    private final String id;
    private final long serviceId;
    private final Map<String, String> failures = new HashMap<>(); // heap to why: open() failed, or the pool later
    private final Map<String, String> misconduct = new HashMap<>(); // heap to why: threw or hung later
    private volatile HeapBackend backend; // null once disconnected, so that its classes can go
    private int ranking;
    private Map<String, PoolOffer> offers = Map.of(); // by heap
    private boolean leaving;
    private boolean gone;
    private int pools;

    Candidate(String id, HeapBackend backend, int ranking, long serviceId) {
        this.id = id;
        this.backend = backend;
        this.ranking = ranking;
        this.serviceId = serviceId;
    }

    String id() {
        return id;
    }

    int ranking() {
        return ranking;
    }

    void ranking(int value) {
        ranking = value;
    }

    long serviceId() {
        return serviceId;
    }

    /** The backend; empty once it is disconnected. */
    Optional<HeapBackend> backend() {
        return Optional.ofNullable(backend);
    }

    /** The backend is disconnected. */
    void forget() {
        backend = null;
    }

    /** What it offers for a heap. */
    Optional<PoolOffer> offer(String heap) {
        return Optional.ofNullable(offers.get(heap));
    }

    Collection<PoolOffer> offers() {
        return offers.values();
    }

    /** A new set of offers wipes the slate clean. Of several for one heap the first counts. */
    void offers(List<PoolOffer> value) {
        var byHeap = new LinkedHashMap<String, PoolOffer>();
        value.forEach(offer -> byHeap.putIfAbsent(offer.heap(), offer));
        offers = byHeap;
        failures.clear();
        misconduct.clear();
    }

    Map<String, String> failures() {
        return failures;
    }

    Map<String, String> misconduct() {
        return misconduct;
    }

    boolean isLeaving() {
        return leaving;
    }

    void leave() {
        leaving = true;
    }

    void poolOpened() {
        pools++;
    }

    void poolDestroyed() {
        pools--;
    }

    /** Tells, once, that the backend is to be disconnected: it is leaving and its last pool is gone. */
    boolean letGo() {
        if (!leaving || pools > 0 || gone) {
            return false;
        }
        gone = true;
        offers = Map.of();
        return true;
    }
}
