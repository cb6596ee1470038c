// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.importer.Invalidation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What holds the parts of core together: backends come in here, and users of heaps are served from here. Knows nothing
 * of the OSGi framework; {@link CoreComponent} connects the two.
 *
 * <p>Safe for use by any thread. Work that must not hold a caller up (destroying pools, reacting to backends, revoking)
 * runs on the executor.
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
    private final CallWatch watch;
    private final PoolCalls calls = new PoolCalls(this);
    private final Guard guard;
    private final Invalidator invalidator;
    private final Mover mover = new Mover(this);
    private final Elections elections = new Elections(this);
    private final Backends backends;
    private final Availability availability;
    private final AtomicLong bufferIds = new AtomicLong(1);
    private volatile CoreSettings settings;
    private volatile Decisions decisions = Decisions.NONE; // changed within elections
    private volatile boolean closed;

    /**
     * @param executor runs what must not hold callers up, never on the calling thread while core is open
     * @param publisher told, outside all locks, about a heap that is new or whose state changed
     */
    Core(CoreSettings settings, TimeSource time, Executor executor, Consumer<ManagedHeap> publisher) {
        this(settings, time, executor, ForeignCalls.machine(), publisher);
    }

    /** The same, with another place for foreign code. */
    Core(CoreSettings settings, TimeSource time, Executor executor, ForeignCalls calls,
            Consumer<ManagedHeap> publisher) {
        this.guard = new Guard(calls);
        this.invalidator = new Invalidator(guard, () -> settings().invalidateLimit());
        this.backends = new Backends(elections, guard, () -> settings().callLimit());
        this.time = time;
        this.executor = executor;
        this.publisher = publisher;
        this.settings = settings;
        this.watch = new CallWatch(ticks(settings.callLimit()), this::hung);
        this.availability = new Availability(executor);
        apply(settings);
        tick();
    }

    private static long ticks(Duration duration) {
        return Math.max(1, duration.dividedBy(TICK));
    }

    private void tick() {
        time.schedule(TICK.toNanos(), () -> {
            if (!closed) {
                tick();
                watch.tick();
            }
        });
    }

    private void apply(CoreSettings value) {
        watch.limit(ticks(value.callLimit()));
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

    PoolCalls calls() {
        return calls;
    }

    Guard guard() {
        return guard;
    }

    Invalidator invalidator() {
        return invalidator;
    }

    Mover mover() {
        return mover;
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

    /** What administrators decided. */
    Decisions decisions() {
        return decisions;
    }

    /** Changes what administrators decided; heaps may change hands by it. Answers what was decided before. */
    Decisions decide(UnaryOperator<Decisions> change) {
        var before = new AtomicReference<Decisions>();
        publish(elections.elect(all -> {
            before.set(decisions);
            decisions = change.apply(decisions);
        }));
        return before.get();
    }

    /** Changes the configuration, which ends what administrators decided; heaps may change hands by it. */
    void configure(CoreSettings value) {
        settings = value;
        apply(value);
        publish(elections.elect(all -> decisions = Decisions.NONE));
        registry().heaps().forEach(mover::consider);
    }

    /**
     * A backend is there.
     *
     * @return the candidate, for {@link #rank} and {@link #remove}
     * @throws HeapException when it does not even tell its id, or the id is taken
     */
    Candidate add(HeapBackend backend, int ranking, long serviceId) {
        var candidate = new Candidate(backends.identify(backend), backend, ranking, serviceId);
        publish(backends.connect(candidate, new CandidateHost(this, candidate)));
        return candidate;
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
            try {
                backends.refresh(candidate).ifPresent(this::publish);
            } catch (HeapException e) {
                LOG.warn("backend {} keeps its previous offers", candidate.id(), e);
            }
        });
    }

    /** A pool of the candidate's, serving or draining, will not work again. Returns at once. */
    void failed(Candidate candidate, Pool pool, String why) {
        executor.execute(() -> elections.tenureOf(candidate, pool).ifPresent(tenure -> {
            String heap = tenure.record().heap();
            LOG.error("heap {}: backend {} failed: {}", heap, candidate.id(), why);
            events.tell(() -> new HeapEvent.BackendFailed(heap, candidate.id(), why));
            publish(elections.elect(all -> {
                if (tenure.state() == Tenure.State.ACTIVE) {
                    candidate.failures().put(heap, why);
                }
            }));
            revokeAll(tenure, "backend " + candidate.id() + " failed: " + why);
        }));
    }

    /** Memory of a pool of the candidate's is withdrawn; the tenure is that of the pool, if it has one. */
    void quarantined(Candidate candidate, Optional<Tenure> tenure, long address, long size, String why) {
        tenure.ifPresent(known -> known.withdrew(size));
        String heap = tenure.map(known -> known.record().heap()).orElse("");
        LOG.error("heap {}: backend {} withdrew 0x{} bytes at 0x{}: {}", heap, candidate.id(),
                Long.toHexString(size), Long.toHexString(address), why);
        events.tell(() -> new HeapEvent.Quarantined(heap, candidate.id(), address, size, why));
    }

    /** A backend broke its contract; another may take over. Answers the error for the caller. */
    HeapException misconduct(Tenure tenure, String what, String why, Throwable cause) {
        String heap = tenure.record().heap();
        String backend = tenure.record().backend();
        elections.accuse(tenure, why).ifPresent(outcome -> {
            LOG.error("heap {}: backend {} failed to {}: {}", heap, backend, what, why, cause);
            publish(outcome);
        });
        return Guard.failed("backend " + backend + " of heap " + heap, what, why, cause);
    }

    private void hung(Tenure tenure) {
        executor.execute(() -> misconduct(tenure, "return from a call", PoolCalls.HUNG, null));
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
        outcome.changed().forEach(mover::consider);
        outcome.drained().forEach(this::limit);
        outcome.toDisconnect().forEach(backends::disconnect);
    }

    /** Revokes what is left of a tenure when its deadline has passed, if it has one. */
    private void limit(Tenure tenure) {
        settings.policy(tenure.record().heap()).deadline().ifPresent(deadline -> time.schedule(
                TimeUnit.NANOSECONDS.convert(deadline), () -> executor.execute(() -> revokeAll(tenure, "backend "
                        + tenure.record().backend() + " left " + deadline.toMillis() + " ms ago"))));
    }

    /** Runs {@code action} soon, on a thread of core's. */
    void execute(Runnable action) {
        executor.execute(action);
    }

    /** Runs {@code action} after a delay, on a thread of core's, unless core has stopped. */
    void later(Duration delay, Runnable action) {
        time.schedule(delay.toNanos(), () -> {
            if (!closed) {
                executor.execute(action);
            }
        });
    }

    /** Takes all buffers of a tenure away from their users. Those that devices use do not wait for each other. */
    void revokeAll(Tenure tenure, String why) {
        for (Buffer buffer : tenure.revoke(why)) {
            if (buffer.isWatched()) {
                executor.execute(() -> revoke(buffer, tenure, why));
            } else {
                revoke(buffer, tenure, why);
            }
        }
    }

    /** Takes a buffer away, if it is still of that tenure. */
    void revoke(Buffer buffer, Tenure tenure, String why) {
        if (buffer.revoke(tenure)) {
            String heap = buffer.heap().name();
            LOG.warn("heap {}: buffer {} was revoked: {}", heap, buffer.id(), why);
            events.tell(() -> new HeapEvent.Revoked(heap, buffer.id(), why));
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
            if (elections.retired(tenure)) {
                backends.disconnect(tenure.candidate());
            }
        });
    }

    /** Destroys a pool that nobody uses; what goes wrong is logged. */
    void destroyQuietly(Pool pool, String backend) {
        try {
            guard.call("backend " + backend, "destroy a pool", settings.callLimit(), () -> {
                pool.destroy();
                return null;
            });
        } catch (HeapException e) {
            LOG.error("a pool of backend {} was not destroyed in order", backend, e);
        }
    }

    /**
     * Releases all that a bundle left open, and reports it. Attachments go first: devices let go before memory does,
     * and those at work are told to stop.
     */
    void release(Owner owner) {
        owner.close();
        for (BufferAttachment attachment : owner.attachments().close()) {
            LOG.warn("bundle {} stopped and left {}", owner.name(), attachment);
            if (attachment.isMapped()) {
                executor.execute(() -> {
                    invalidator.invalidate(attachment, Invalidation.REVOKED);
                    attachment.close();
                });
            } else {
                attachment.close();
            }
        }
        for (BufferReference reference : owner.references().close()) {
            String heap = reference.record().heap();
            Duration age = age(reference.openedAt());
            if (reference.closeOnce()) {
                Optional<Throwable> site = reference.site().map(Sites::detached);
                LOG.warn("bundle {} stopped and left {}, open for {}{}", owner.name(), reference, age,
                        site.isPresent() ? "" : " (allocation site not kept; see allocation.sites of core)",
                        site.orElse(null));
                events.tell(() -> new HeapEvent.Leaked(heap, reference.id(), reference.size(), owner.name(), age,
                        site));
            }
        }
        availability.closed(owner);
    }

    /** Lets go of all backends and ends all waits. Owners were released before. */
    void close() {
        closed = true;
        publish(elections.elect(all -> all.forEach(Candidate::leave)));
        for (ManagedHeap heap : registry().heaps()) {
            heap.draining().forEach(tenure -> revokeAll(tenure, "core has stopped"));
        }
        availability.closeAll();
    }
}
