// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;

/** A backend that stands for election. Mutable fields are guarded by the lock of {@link Elections}. */
final class Candidate {
    /** Highest ranking first, then the oldest service, as the OSGi service registry orders. */
    static final Comparator<Candidate> ORDER =
            Comparator.<Candidate>comparingInt(c -> -c.ranking).thenComparingLong(c -> c.serviceId);

    private final String id;
    private final long serviceId;
    private final Map<String, String> failures = new HashMap<>(); // heap to why: open() failed
    private final Map<String, String> misconduct = new HashMap<>(); // heap to why: threw or hung later
    private HeapBackend backend; // cleared when disconnected, so that its classes can go
    private int ranking;
    private List<PoolOffer> offers = List.of();
    private boolean leaving;
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

    HeapBackend backend() {
        return backend;
    }

    /** What it offers for a heap. */
    Optional<PoolOffer> offer(String heap) {
        return offers.stream().filter(o -> o.heap().equals(heap)).findFirst();
    }

    List<PoolOffer> offers() {
        return offers;
    }

    /** A new set of offers wipes the slate clean. */
    void offers(List<PoolOffer> value) {
        offers = value;
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

    /** The backend to disconnect, once, when it is leaving and its last pool is gone. */
    Optional<HeapBackend> letGo() {
        if (!leaving || pools > 0 || backend == null) {
            return Optional.empty();
        }
        HeapBackend last = backend;
        backend = null;
        offers = List.of();
        return Optional.of(last);
    }
}
