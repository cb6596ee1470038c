// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloister.backend.HeapBackend;
import org.cloister.heap.Heaps;
import org.cloister.heap.HeapListener;
import org.cloister.importer.Importers;
import org.cloister.simulation.Scheduler;

/** Core, all of it but its face to the framework, on the threads and the clock of a simulation. */
public final class SimulatedCore {
    /** How long a call of a backend may last. */
    public static final Duration CALL_LIMIT = Duration.ofSeconds(120);
    /** How long an importer may take to let go. */
    public static final Duration INVALIDATE_LIMIT = Duration.ofSeconds(60);

    private final Core core;
    private final Map<String, OwnedHeaps> bundles = new LinkedHashMap<>();
    private final Map<HeapBackend, Candidate> candidates = new HashMap<>();
    private long services;

    /**
     * What is configured; the rest is as {@link #CALL_LIMIT} and its like say.
     *
     * @param preferences for a heap's name, the only backends that may serve it
     * @param policies for a heap's name, what becomes of live buffers, as in the configuration of core
     * @param bundleQuotas bytes by bundle
     */
    public record Settings(Map<String, List<String>> preferences, Map<String, String> policies,
            Map<String, Long> bundleQuotas) {}

    /** Starts core. */
    public SimulatedCore(Scheduler scheduler, Settings settings, HeapListener listener) {
        core = new Core(read(settings), scheduler::after,
                work -> scheduler.start("core", work), scheduler::run, heap -> { });
        core.events().add(listener, Set.of());
    }

    private static CoreSettings read(Settings settings) {
        var policies = new HashMap<String, DrainPolicy>();
        settings.policies().forEach((heap, policy) -> policies.put(heap, DrainPolicy.parse(policy).orElseThrow()));
        return new CoreSettings(settings.preferences(), policies, Optional.empty(), CALL_LIMIT, INVALIDATE_LIMIT,
                settings.bundleQuotas(), Map.of(), Sites.Mode.NONE);
    }

    /** Changes the configuration. */
    public void configure(Settings settings) {
        core.configure(read(settings));
    }

    /** What a bundle gets as service; another object after the bundle was stopped. */
    public Heaps heaps(String bundle) {
        return owned(bundle);
    }

    /** What a bundle gets as service. */
    public Importers importers(String bundle) {
        return new OwnedImporters(core, owned(bundle).owner());
    }

    private OwnedHeaps owned(String bundle) {
        return bundles.computeIfAbsent(bundle, name -> new OwnedHeaps(core, new Owner(name)));
    }

    /** A bundle stops. */
    public void stop(String bundle) {
        OwnedHeaps gone = bundles.remove(bundle);
        if (gone != null) {
            core.release(gone.owner());
        }
    }

    /** A bundle is no longer known, and what it has stays: for tests of those who would notice. */
    public void forget(String bundle) {
        bundles.remove(bundle);
    }

    /** A backend comes. */
    public void add(HeapBackend backend, int ranking) {
        candidates.put(backend, core.add(backend, ranking, services++));
    }

    /** Its ranking changes. */
    public void rank(HeapBackend backend, int ranking) {
        core.rank(candidates.get(backend), ranking);
    }

    /** It goes. */
    public void remove(HeapBackend backend) {
        core.remove(candidates.remove(backend));
    }

    /** Stops core. */
    public void close() {
        List.copyOf(bundles.keySet()).forEach(this::stop);
        core.close();
    }
}
