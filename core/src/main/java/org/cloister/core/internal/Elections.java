// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.Explanation.Reason;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;

/**
 * Decides which backend serves which heap, whenever backends come, go, change their offers or misbehave.
 *
 * <p>One lock serialises elections; nobody holds it on the hot path. Pools are opened under it, in a call that is
 * bounded in time; events and services are published after it. An allocation that finds the previous tenure closed
 * waits for the lock, so that it sees the successor.
 */
final class Elections {
    /** What came of an election. */
    record Outcome(List<HeapEvent> events, List<ManagedHeap> changed, List<Candidate> toDisconnect,
            List<Tenure> drained) {
        Outcome() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private final Core core;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Candidate> candidates = new ArrayList<>(); // guarded by lock
    private final Map<String, ManagedHeap> heaps = new TreeMap<>(); // guarded by lock
    private final Map<String, String> departed = new HashMap<>(); // heap to last backend; guarded by lock
    private final Map<Integer, UseCase> useCases = new HashMap<>(); // by id; guarded by lock
    private volatile Registry registry = Registry.EMPTY;
    private volatile Map<String, List<Reason>> standings = Map.of();

    Elections(Core core) {
        this.core = core;
    }

    Registry registry() {
        return registry;
    }

    /** What the last election found out about a name, without what the heap itself knows. */
    List<Reason> standings(String heap) {
        return standings.getOrDefault(heap, List.of());
    }

    /** Names that backends know of, served or not. */
    Set<String> knownNames() {
        var names = new TreeSet<>(standings.keySet());
        names.addAll(registry.byName().keySet());
        return names;
    }

    /** Changes the candidates, then elects. */
    Outcome elect(Consumer<List<Candidate>> change) {
        lock.lock();
        try {
            change.accept(candidates);
            return elect();
        } finally {
            lock.unlock();
        }
    }

    /** A backend broke its contract; empty when it was known to be a bad one, so that nothing new can come of it. */
    Optional<Outcome> accuse(Tenure tenure, String why) {
        lock.lock();
        try {
            String heap = tenure.record().heap();
            if (tenure.candidate().misconduct().putIfAbsent(heap, why) != null) {
                return Optional.empty();
            }
            Outcome outcome = elect();
            outcome.events().addFirst(new HeapEvent.BackendFailed(heap, tenure.record().backend(), why));
            return Optional.of(outcome);
        } finally {
            lock.unlock();
        }
    }

    /** The same as {@link Registry#tenureOf}, also for a pool that an election under way has opened. */
    Optional<Tenure> tenureOf(Candidate candidate, Pool pool) {
        lock.lock();
        try {
            return tenures().filter(t -> t.candidate() == candidate && t.uses(pool)).findFirst();
        } finally {
            lock.unlock();
        }
    }

    private Stream<Tenure> tenures() {
        return heaps.values().stream().flatMap(h -> Stream.concat(h.serving().stream(), h.draining().stream()));
    }

    /** A tenure's pool is destroyed; tells whether its backend is to be disconnected because that was the last. */
    boolean retired(Tenure tenure) {
        lock.lock();
        try {
            tenure.candidate().poolDestroyed();
            return tenure.candidate().letGo();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for an election that is under way.
     *
     * @throws HeapException {@code UNAVAILABLE} or {@code DRAINING} when it leaves the heap without a backend
     */
    void settle(ManagedHeap heap, String what) {
        boolean locked = false;
        try {
            locked = lock.tryLock(TimeUnit.NANOSECONDS.convert(core.settings().callLimit()), TimeUnit.NANOSECONDS);
            if (locked && heap.serving().isPresent()) {
                return;
            }
            throw heap.notServed(what, locked ? whyNot(heap.name())
                    : "a backend is being chosen, and that takes longer than " + core.settings().callLimit());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeapException(HeapError.INTERRUPTED, what, heap.toString(),
                    "the thread was interrupted while a backend was being chosen", "try again", e);
        } finally {
            if (locked) {
                lock.unlock();
            }
        }
    }

    private String whyNot(String heap) {
        List<Reason> reasons = standings(heap);
        return reasons.isEmpty() ? "no backend offers it" : reasons.getFirst().text();
    }

    private Outcome elect() {
        var outcome = new Outcome();
        var names = new TreeSet<>(heaps.keySet());
        candidates.forEach(c -> c.offers().forEach(o -> names.add(o.heap())));
        var found = new HashMap<String, List<Reason>>();
        for (String name : names) {
            found.put(name, List.copyOf(elect(name, outcome)));
        }
        Registry fresh = Registry.of(heaps.values());
        if (!fresh.equals(registry)) {
            registry = fresh; // the same object otherwise, so that views of it stay good
        }
        standings = Map.copyOf(found); // last, so that who reads of a heap finds it
        candidates.removeIf(c -> {
            if (c.letGo()) {
                outcome.toDisconnect().add(c);
            }
            return c.isLeaving();
        });
        return outcome;
    }

    /** Elects for one heap; returns what is known about each candidate, the decisive reason first. */
    private List<Reason> elect(String name, Outcome outcome) {
        var reasons = new ArrayList<Reason>();
        Optional<Tenure> current = Optional.ofNullable(heaps.get(name)).flatMap(ManagedHeap::serving);
        Optional<Tenure> winner = Optional.empty();
        Set<String> aliases = Set.of();
        for (Candidate candidate : ranked(name)) {
            PoolOffer offer = candidate.offer(name).orElseThrow();
            Optional<Reason> obstacle = obstacle(candidate, offer);
            if (obstacle.isPresent()) {
                reasons.add(obstacle.get());
            } else if (winner.isPresent()) {
                reasons.add(Reasons.lost(name, candidate, winner.get(), authority(name, winner.get())));
            } else {
                winner = current.filter(t -> t.candidate() == candidate).or(() -> open(candidate, offer, reasons));
                aliases = offer.aliases();
            }
        }
        settle(name, current, winner, aliases, outcome);
        winner.ifPresentOrElse(t -> reasons.addFirst(Reasons.served(name, t)), () -> nobody(name, reasons));
        return reasons;
    }

    /** Who made it so that {@code winner} serves the heap. */
    private Reasons.Authority authority(String name, Tenure winner) {
        if (core.decisions().choice(name).filter(winner.record().backend()::equals).isPresent()) {
            return Reasons.Authority.ADMINISTRATOR;
        }
        return core.settings().preferences().containsKey(name)
                ? Reasons.Authority.CONFIGURATION : Reasons.Authority.RANKING;
    }

    /** Who may serve the heap, best first. Whoever misbehaved stands behind all others. */
    private List<Candidate> ranked(String name) {
        List<String> preferred = core.settings().preferences().get(name);
        Comparator<Candidate> order = Candidate.ORDER;
        if (preferred != null) {
            order = Comparator.<Candidate>comparingInt(c -> {
                int at = preferred.indexOf(c.id());
                return at < 0 ? Integer.MAX_VALUE : at;
            }).thenComparing(order);
        }
        Optional<String> chosen = core.decisions().choice(name);
        Comparator<Candidate> byConduct = Comparator.comparing(c -> c.misconduct().containsKey(name));
        Comparator<Candidate> byChoice = Comparator.comparing(c -> chosen.filter(c.id()::equals).isEmpty());
        return candidates.stream().filter(c -> !c.isLeaving() && c.offer(name).isPresent())
                .sorted(byConduct.thenComparing(byChoice).thenComparing(order)).toList();
    }

    private Optional<Reason> obstacle(Candidate candidate, PoolOffer offer) {
        String id = candidate.id();
        List<String> preferred = core.settings().preferences().get(offer.heap());
        if (preferred != null && !preferred.contains(id)) {
            return Optional.of(Reasons.notNamed(id, preferred));
        }
        if (offer.refusal().isPresent()) {
            return offer.refusal().map(refusal -> Reasons.refused(id, refusal));
        }
        if (core.decisions().isDrained(offer.heap())) {
            return Optional.of(Reasons.drained(id));
        }
        String failure = candidate.failures().get(offer.heap());
        if (failure != null) {
            return Optional.of(Reasons.failed(id, failure));
        }
        return conflict(offer).map(why -> Reasons.conflict(id, why));
    }

    private Optional<String> conflict(PoolOffer offer) {
        UseCase wanted = offer.useCase();
        ManagedHeap heap = heaps.get(offer.heap());
        if (heap != null && !heap.useCase().equals(wanted)) {
            return Optional.of("the heap is for " + heap.useCase() + ", and it offers it for " + wanted
                    + "; a heap never changes its use case");
        }
        UseCase known = useCases.get(wanted.id());
        if (known != null && !known.equals(wanted)) {
            return Optional.of("use case " + wanted.id() + " is named " + known + ", and it calls it " + wanted
                    + "; take another id");
        }
        if (useCases.values().stream().anyMatch(u -> u.name().equals(wanted.name()) && u.id() != wanted.id())) {
            return Optional.of("use case " + wanted + " has another id than " + wanted.id() + "; take another name");
        }
        return Optional.empty();
    }

    private Optional<Tenure> open(Candidate candidate, PoolOffer offer, List<Reason> reasons) {
        String id = candidate.id();
        try {
            HeapBackend backend = candidate.backend().orElseThrow();
            Pool pool = core.guard().call("backend " + id, "open heap " + offer.heap(), core.settings().callLimit(),
                    () -> backend.open(offer));
            HeapAttributes attributes = attributes(id, offer, pool);
            ManagedHeap heap = heaps.computeIfAbsent(offer.heap(),
                    name -> new ManagedHeap(name, offer.useCase(), attributes, core));
            if (heap.restricted() != attributes.restricted()) {
                core.destroyQuietly(pool, id);
                throw new HeapException(HeapError.ALREADY_EXISTS, "serve heap " + offer.heap(), "backend " + id,
                        heap.restricted() ? "the heap is restricted and its memory would not be"
                                : "the heap is not restricted and its memory would be",
                        "offer the memory under another name");
            }
            useCases.putIfAbsent(offer.useCase().id(), offer.useCase());
            candidate.poolOpened();
            var record = new BufferRecord(offer.heap(), offer.useCase(), attributes.restricted(),
                    attributes.enforcement(), id, heap.nextGeneration());
            return Optional.of(new Tenure(candidate, pool, attributes, record, core::retire));
        } catch (HeapException e) {
            candidate.failures().put(offer.heap(), e.getMessage());
            boolean conflict = e.error() == HeapError.ALREADY_EXISTS;
            reasons.add(conflict ? Reasons.conflict(id, e.getMessage()) : Reasons.failed(id, e.getMessage()));
            return Optional.empty();
        }
    }

    private HeapAttributes attributes(String id, PoolOffer offer, Pool pool) {
        String what = "open heap " + offer.heap();
        if (pool == null) {
            throw Guard.failed("backend " + id, what, "it returned no pool", null);
        }
        if (tenures().anyMatch(t -> t.uses(pool))) {
            throw Guard.failed("backend " + id, what, "it returned a pool that it had returned before", null);
        }
        try {
            return core.guard().call("backend " + id, what, core.settings().callLimit(), () -> {
                HeapAttributes attributes = pool.attributes();
                if (attributes == null) {
                    throw new IllegalStateException("the pool has no attributes");
                }
                return attributes;
            });
        } catch (HeapException e) {
            core.destroyQuietly(pool, id);
            throw e;
        }
    }

    /** Puts the winner in charge, and notes what is to be told. */
    private void settle(
            String name, Optional<Tenure> current, Optional<Tenure> winner, Set<String> aliases, Outcome outcome) {
        ManagedHeap heap = heaps.get(name);
        if (heap == null) {
            return;
        }
        if (current.equals(winner)) {
            if (winner.isPresent() && heap.rename(aliases)) {
                outcome.changed().add(heap);
            }
            return;
        }
        long live = current.map(Tenure::count).orElse(0L);
        heap.serve(winner, aliases);
        outcome.changed().add(heap);
        current.ifPresent(old -> {
            departed.put(name, old.record().backend());
            outcome.drained().add(old);
            outcome.events().add(new HeapEvent.Draining(name, old.record().backend(), live));
        });
        winner.ifPresentOrElse(
                next -> outcome.events().add(current.isPresent()
                        ? new HeapEvent.Swapped(name, current.get().record().backend(), next.record().backend(),
                                next.record().generation())
                        : new HeapEvent.Available(name, next.record().backend(), next.record().generation())),
                () -> outcome.events().add(new HeapEvent.Unavailable(name, "backend "
                        + current.orElseThrow().record().backend() + " left and nobody else can serve it")));
    }

    private void nobody(String name, List<Reason> reasons) {
        String last = departed.get(name);
        if (last != null && reasons.stream().noneMatch(r -> r.backend().equals(last))) {
            reasons.addFirst(Reasons.left(last));
        }
        List<String> preferred = core.settings().preferences().get(name);
        if (preferred != null) {
            reasons.add(Reasons.noneOf(preferred));
        } else if (reasons.isEmpty()) {
            reasons.add(Reasons.noBackend(List.of()));
        }
    }
}
