// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.cloister.backend.HeapBackend;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;

/**
 * Core, all of it but its face to the framework, without a thread of its own: work that core does not want to do on the
 * caller's thread waits for {@link #drain}. Safe for use by any thread.
 */
public final class StressedCore {
    private static final Duration LONG = Duration.ofHours(1);

    private final Queue<Runnable> work = new ConcurrentLinkedQueue<>();
    private final Map<HeapBackend, Candidate> candidates = new ConcurrentHashMap<>();
    private final Core core;
    private final OwnedHeaps heaps;
    private final Importers importers;

    /**
     * Starts core, with one bundle that uses it.
     *
     * @param revokes whether live buffers are revoked as soon as their backend leaves; else they stay
     */
    public StressedCore(boolean revokes) {
        Optional<Duration> deadline = revokes ? Optional.of(Duration.ZERO) : Optional.empty();
        core = new Core(new CoreSettings(Map.of(), Map.of(), deadline, LONG, LONG, Map.of(), Map.of(), Sites.Mode.NONE),
                this::later, work::add, StressedCore::call, heap -> { });
        heaps = new OwnedHeaps(core, new Owner("stressed"));
        importers = new OwnedImporters(core, heaps.owner());
    }

    /** What is due at once is done soon; nothing else becomes due. */
    private void later(long delayNanos, Runnable action) {
        if (delayNanos <= 0) {
            work.add(action);
        }
    }

    private static boolean call(String name, Runnable body, long limitNanos) {
        body.run();
        return true;
    }

    /** What the bundle gets as service. */
    public Heaps heaps() {
        return heaps;
    }

    /** What the bundle gets as service. */
    public Importers importers() {
        return importers;
    }

    /** Backends come, the best first, and serve when this returns. */
    public void add(List<? extends HeapBackend> backends) {
        for (HeapBackend backend : backends) {
            candidates.put(backend, core.add(backend, -candidates.size(), candidates.size()));
            drain();
        }
    }

    /** One goes; what is to be done then is done when this returns. */
    public void remove(HeapBackend backend) {
        core.remove(candidates.remove(backend));
        drain();
    }

    /** Does what is still to be done, on the thread of the caller. */
    public void drain() {
        for (Runnable next = work.poll(); next != null; next = work.poll()) {
            next.run();
        }
    }
}
