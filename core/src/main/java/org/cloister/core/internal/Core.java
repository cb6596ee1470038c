// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What holds the parts of core together: backends come in here, and users of heaps are served from here. Knows nothing
 * of the OSGi framework; {@link CoreComponent} connects the two.
 *
 * <p>Safe for use by any thread. Work that must not hold a caller up (destroying pools, reacting to backends) runs on
 * the executor.
 */
final class Core {
    private static final Logger LOG = LoggerFactory.getLogger(Core.class);

    /** Units of time in which calls of backends are watched and ages are told. */
    static final Duration TICK = Duration.ofMillis(100);

    private final TimeSource time;
    private final Executor executor;
    private final Consumer<ManagedHeap> publisher;
    private final Events events = new Events();
    private final Quotas quotas = new Quotas();
    private final Sites sites = new Sites();
    private final Invalidator invalidator;
    private final Elections elections;
    private final Availability availability = new Availability();
    private final AtomicLong bufferIds = new AtomicLong(1);
    private volatile CoreSettings settings;
    private volatile CallWatch watch;
    private volatile boolean closed;

    /**
     * @param executor runs what must not hold callers up
     * @param publisher told, outside all locks, about a heap that is new or whose state changed
     */
    Core(CoreSettings settings, TimeSource time, Executor executor, Consumer<ManagedHeap> publisher) {
        this.time = time;
        this.executor = executor;
        this.publisher = publisher;
        this.settings = settings;
        this.watch = new CallWatch(settings.callLimit().dividedBy(TICK), this::hung);
        this.invalidator = new Invalidator(() -> this.settings.invalidateLimit());
        this.elections = new Elections(this);
        apply(settings);
        tick();
    }

    private void tick() {
        time.schedule(TICK.toNanos(), () -> {
            if (!closed) {
                watch.tick();
                tick();
            }
        });
    }

    private void apply(CoreSettings value) {
        quotas.limit(value.bundleQuotas(), value.useCaseQuotas());
        sites.mode(value.sites());
    }

    CoreSettings settings() {
        return settings;
    }

    Events events() {
        return events;
    }

    Quotas quotas() {
        return quotas;
    }

    Sites sites() {
        return sites;
    }

    CallWatch watch() {
        return watch;
    }

    Invalidator invalidator() {
        return invalidator;
    }

    Elections elections() {
        return elections;
    }

    Registry registry() {
        return elections.registry();
    }

    Availability availability() {
        return availability;
    }

    long nextBufferId() {
        return bufferIds.getAndIncrement();
    }

    /** How long ago something was that happened at {@code tick} of the watch. */
    Duration age(long tick) {
        return TICK.multipliedBy(Math.max(0, watch.now() - tick));
    }

    /** Changes the configuration; heaps may change hands by it. The limit of running calls stays as it was. */
    void configure(CoreSettings value) {
        settings = value;
        apply(value);
        publish(elections.elect(all -> {}));
    }

    /**
     * A backend is there.
     *
     * @return the candidate, for {@link #rank} and {@link #remove}
     * @throws HeapException when it does not even tell its id, or the id is taken
     */
    Candidate add(HeapBackend backend, int ranking, long serviceId) {
        Duration limit = settings.callLimit();
        String id = Guard.call("backend " + backend.getClass().getName(), "ask for its id", limit, backend::id);
        if (id == null || id.isBlank()) {
            throw Guard.failed("backend " + backend.getClass().getName(), "ask for its id", "it has none", null);
        }
        var candidate = new Candidate(id, backend, ranking, serviceId);
        var host = new CandidateHost(this, candidate);
        Guard.call("backend " + id, "connect", limit, () -> {
            backend.connected(host);
            return null;
        });
        List<PoolOffer> offers = offers(id, backend);
        publish(elections.elect(all -> {
            if (all.stream().anyMatch(c -> c.id().equals(id))) {
                throw new HeapException(HeapError.ALREADY_EXISTS, "add a backend", "backend " + id,
                        "another backend of that id is there", "give one of them another id");
            }
            candidate.offers(offers);
            all.add(candidate);
        }));
        return candidate;
    }

    private List<PoolOffer> offers(String id, HeapBackend backend) {
        return Guard.call("backend " + id, "ask for its offers", settings.callLimit(),
                () -> List.copyOf(backend.offers()));
    }

    /** The backend's ranking changed. */
    void rank(Candidate candidate, int ranking) {
        publish(elections.elect(all -> candidate.ranking(ranking)));
    }

    /** The backend leaves; its live buffers stay, for as long as is configured. */
    void remove(Candidate candidate) {
        publish(elections.elect(all -> candidate.leave()));
    }

    /** The backend offers something else now. Returns at once. */
    void offersChanged(Candidate candidate) {
        executor.execute(() -> {
            HeapBackend backend = candidate.backend();
            if (backend == null || candidate.isLeaving()) {
                return;
            }
            try {
                List<PoolOffer> offers = offers(candidate.id(), backend);
                publish(elections.elect(all -> candidate.offers(offers)));
            } catch (HeapException e) {
                LOG.warn("backend {} keeps its previous offers", candidate.id(), e);
            }
        });
    }

    /** A pool will not work again. Returns at once. */
    void failed(Pool pool, String why) {
        executor.execute(() -> registry().heaps().forEach(heap -> heap.serving().filter(t -> t.uses(pool))
                .ifPresent(tenure -> {
                    events.tell(() -> new HeapEvent.BackendFailed(heap.name(), tenure.record().backend(), why));
                    publish(elections.elect(all -> tenure.candidate().failures().put(heap.name(), why)));
                    if (heap.serving().filter(t -> t == tenure).isPresent()) {
                        LOG.error("{}: its backend failed and stays in charge", heap);
                    }
                    revokeAll(tenure, why);
                })));
    }

    /** A backend broke its contract; another may take over. */
    HeapException misconduct(Tenure tenure, String what, String why, Throwable cause) {
        String heap = tenure.record().heap();
        String backend = tenure.record().backend();
        LOG.warn("heap {}: backend {} failed to {}: {}", heap, backend, what, why, cause);
        events.tell(() -> new HeapEvent.BackendFailed(heap, backend, why));
        publish(elections.elect(all -> tenure.candidate().misconduct().put(heap, why)));
        return Guard.failed("backend " + backend, what, why, cause);
    }

    /** A backend threw what it must not throw. */
    HeapException misconduct(Tenure tenure, String what, Throwable thrown) {
        return misconduct(tenure, what, "it threw " + thrown, thrown);
    }

    private void hung(Tenure tenure) {
        executor.execute(() -> misconduct(tenure, "return from a call",
                "it did not return within " + settings.callLimit(), null));
    }

    /** Waits for an election under way; see {@link Elections#settle}. */
    void settle(ManagedHeap heap, String what) {
        elections.settle(heap, what);
    }

    private void publish(Elections.Outcome outcome) {
        for (HeapEvent event : outcome.events()) {
            LOG.info("{}", event);
            events.tell(() -> event);
        }
        outcome.changed().forEach(publisher);
        if (!outcome.changed().isEmpty()) {
            availability.changed();
        }
        outcome.toDisconnect().forEach(this::disconnect);
        settings.drainDeadline().ifPresent(deadline -> outcome.drained().forEach(tenure -> time.schedule(
                deadline.toNanos(), () -> executor.execute(() -> revokeAll(tenure, "backend "
                        + tenure.record().backend() + " left " + deadline.toMillis() + " ms ago")))));
    }

    /** Takes all buffers of a tenure away from their users. */
    void revokeAll(Tenure tenure, String why) {
        for (Buffer buffer : tenure.buffers()) {
            if (buffer.revoke()) {
                String heap = tenure.record().heap();
                LOG.warn("heap {}: buffer {} was revoked: {}", heap, buffer.id(), why);
                events.tell(() -> new HeapEvent.Revoked(heap, buffer.id(), why));
            }
        }
    }

    /** A tenure has no live buffer left and gets no more. Returns at once. */
    void retire(Tenure tenure) {
        executor.execute(() -> {
            destroyQuietly(tenure.pool(), tenure.record().backend());
            tenure.forget();
            ManagedHeap heap = registry().byName().get(tenure.record().heap());
            heap.retired(tenure);
            var event = new HeapEvent.Retired(heap.name(), tenure.record().backend());
            LOG.info("{}", event);
            events.tell(() -> event);
            publisher.accept(heap);
            elections.retired(tenure).ifPresent(this::disconnect);
        });
    }

    /** Destroys a pool that nobody uses; what goes wrong is logged. */
    void destroyQuietly(Pool pool, String backend) {
        try {
            Guard.call("backend " + backend, "destroy a pool", settings.callLimit(), () -> {
                pool.destroy();
                return null;
            });
        } catch (HeapException e) {
            LOG.error("a pool of backend {} was not destroyed in order", backend, e);
        }
    }

    private void disconnect(HeapBackend backend) {
        try {
            Guard.call("backend " + backend.getClass().getName(), "disconnect", settings.callLimit(), () -> {
                backend.disconnected();
                return null;
            });
        } catch (HeapException e) {
            LOG.warn("a backend did not disconnect in order", e);
        }
    }

    /** Releases all that a bundle left open, and reports it. Attachments go first: devices let go before memory does. */
    void release(Owner owner) {
        owner.close();
        owner.attachments().close().forEach(attachment -> {
            LOG.warn("bundle {} stopped and left {}", owner.name(), attachment);
            attachment.close();
        });
        for (BufferReference reference : owner.references().close()) {
            String heap = reference.record().heap();
            Duration age = age(reference.openedAt());
            if (reference.closeOnce()) {
                Optional<Throwable> site = reference.site();
                LOG.warn("bundle {} stopped and left {}, open for {}{}", owner.name(), reference, age,
                        site.isPresent() ? "" : " (allocation site not kept; see allocation.sites of core)",
                        site.orElse(null));
                events.tell(() -> new HeapEvent.Leaked(heap, reference.id(), reference.size(), owner.name(), age,
                        site));
            }
        }
        availability.closed(owner);
    }

    /** Stops the clock. Backends and owners were removed before. */
    void close() {
        closed = true;
        availability.closeAll();
    }
}
