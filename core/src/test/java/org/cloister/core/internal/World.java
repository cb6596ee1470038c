// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.admin.HeapAdmin;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.importer.Importers;

/** Core with fakes around it. */
final class World implements AutoCloseable {
    static final String VIDEO = "protected,secure-video";

    /** How long calls may last: by the machine's clock too, so long that no machine is too slow for it. */
    static final Duration CALL_LIMIT = Duration.ofSeconds(60);
    static final Duration INVALIDATE_LIMIT = Duration.ofSeconds(50);

    final SteppedTime time = new SteppedTime();
    final QueuedExecutor queue = new QueuedExecutor();
    final ScriptedCalls calls = new ScriptedCalls();
    final List<HeapEvent> events = new CopyOnWriteArrayList<>();
    final List<String> published = new CopyOnWriteArrayList<>();
    final List<FakeBackend> backends = new ArrayList<>();
    final Core core;
    private final Optional<SystemTime> threads;
    private final Map<String, OwnedHeaps> bundles = new HashMap<>();
    private long serviceId;

    World() {
        this(settings());
    }

    World(CoreSettings settings) {
        core = new Core(settings, time, queue, calls,
                heap -> published.add(heap.name() + " " + heap.state() + " " + heap.backend()));
        core.events().add(events::add, Set.of());
        threads = Optional.empty();
    }

    private World(CoreSettings settings, SystemTime threads) {
        core = new Core(settings, time, threads, heap -> {});
        core.events().add(events::add, Set.of());
        this.threads = Optional.of(threads);
    }

    /** With work done at once by threads of its own. */
    static World threaded(CoreSettings settings) {
        return new World(settings, new SystemTime());
    }

    static CoreSettings settings() {
        return new CoreSettings(Map.of(), Map.of(), Optional.empty(), CALL_LIMIT, INVALIDATE_LIMIT,
                Map.of(), Map.of(), Sites.Mode.ALL);
    }

    static CoreSettings preferring(String heap, String... backends) {
        CoreSettings s = settings();
        return new CoreSettings(Map.of(heap, List.of(backends)), s.policies(), s.drainDeadline(), s.callLimit(),
                s.invalidateLimit(), s.bundleQuotas(), s.useCaseQuotas(), s.sites());
    }

    static CoreSettings policy(String policy) {
        CoreSettings s = settings();
        return new CoreSettings(s.preferences(), Map.of(VIDEO, DrainPolicy.parse(policy).orElseThrow()),
                s.drainDeadline(), s.callLimit(), s.invalidateLimit(), s.bundleQuotas(), s.useCaseQuotas(), s.sites());
    }

    static CoreSettings deadline(Duration deadline) {
        CoreSettings s = settings();
        return new CoreSettings(s.preferences(), s.policies(), Optional.of(deadline), s.callLimit(),
                s.invalidateLimit(), s.bundleQuotas(), s.useCaseQuotas(), s.sites());
    }

    static CoreSettings limits(Duration call, Duration invalidate) {
        CoreSettings s = settings();
        return new CoreSettings(s.preferences(), s.policies(), s.drainDeadline(), call, invalidate, s.bundleQuotas(),
                s.useCaseQuotas(), s.sites());
    }

    static CoreSettings quotas(Map<String, Long> bundles, Map<String, Long> useCases) {
        CoreSettings s = settings();
        return new CoreSettings(s.preferences(), s.policies(), s.drainDeadline(), s.callLimit(), s.invalidateLimit(),
                bundles, useCases, s.sites());
    }

    Candidate add(FakeBackend backend, int ranking) {
        backends.add(backend);
        Candidate candidate = core.add(backend, ranking, serviceId++);
        queue.runAll();
        return candidate;
    }

    Candidate add(FakeBackend backend) {
        return add(backend, 0);
    }

    void remove(Candidate candidate) {
        core.remove(candidate);
        queue.runAll();
    }

    void pass(Duration duration) {
        time.advance(duration);
        queue.runAll();
    }

    /** What a bundle gets as service. */
    OwnedHeaps heaps(String bundle) {
        return bundles.computeIfAbsent(bundle, name -> new OwnedHeaps(core, new Owner(name)));
    }

    OwnedHeaps heaps() {
        return heaps("consumer");
    }

    Importers importers() {
        return new OwnedImporters(core, heaps().owner());
    }

    HeapAdmin admin() {
        return new Administration(core, () -> bundles.values().stream().map(OwnedHeaps::owner).toList());
    }

    Heap heap(String name) {
        return heaps().find(name).orElseThrow();
    }

    Heap video() {
        return heap(VIDEO);
    }

    void stop(String bundle) {
        core.release(bundles.remove(bundle).owner());
        queue.runAll();
    }

    <E extends HeapEvent> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Stops everything, and checks that nobody broke the contract and nothing was left behind. */
    @Override
    public void close() {
        List.copyOf(bundles.keySet()).forEach(this::stop);
        core.close();
        queue.runAll();
        threads.ifPresent(system -> {
            awaitDisconnected(); // as its own end waits no longer than is good for a framework that stops
            system.close();
        });
        assertThat(backends).allSatisfy(backend -> {
            assertThat(backend.violations).as("of the contract with %s", backend.id()).isEmpty();
            assertThat(backend.pools).allSatisfy(pool -> {
                assertThat(pool.violations).as("of the contract with a pool of %s", backend.id()).isEmpty();
                assertThat(pool.live()).as("live buffers").isZero();
                assertThat(pool.mappings).as("mappings").hasValue(0);
                assertThat(pool.isDestroyed()).as("destroyed").isTrue();
            });
            assertThat(backend.isDisconnected()).as("disconnected").isTrue();
        });
    }

    /** {@code method}, a call that core waits for, hangs and is given up. */
    Script.Hang giveUp(Script script, String method) {
        var hang = new Script.Hang();
        script.before(method, () -> {
            calls.giveUp();
            hang.await();
        });
        return hang;
    }

    private void awaitDisconnected() {
        long begin = System.nanoTime();
        while (!backends.stream().allMatch(FakeBackend::isDisconnected)
                && System.nanoTime() - begin < CALL_LIMIT.toNanos()) {
            Thread.yield();
        }
    }

    /** Asserts a refusal, which says all four things. */
    static HeapException refused(HeapError error, ThrowingCallable call) {
        var thrown = new ArrayList<HeapException>();
        assertThatExceptionOfType(HeapException.class).isThrownBy(call).satisfies(e -> {
            assertThat(e.error()).as(e.getMessage()).isEqualTo(error);
            assertThat(e.what()).isNotBlank();
            assertThat(e.which()).isNotBlank();
            assertThat(e.why()).isNotBlank();
            assertThat(e.remedy()).isNotBlank();
            thrown.add(e);
        });
        return thrown.getFirst();
    }
}
