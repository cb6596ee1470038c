// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.backend.HeapBackend;
import org.cloister.heap.Heaps;
import org.cloister.heap.Reservation;
import org.cloister.importer.Importers;

/** Core without a framework: each bundle is a name. */
public final class TestCore implements AutoCloseable {
    /** Nothing takes that long, on a busy machine either. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final SystemTime time = new SystemTime();
    private final Core core;
    private final AtomicInteger count = new AtomicInteger();
    private final Map<String, Owner> owners = new ConcurrentHashMap<>();

    /** Starts core; buffers are revoked as soon as their backend leaves. */
    public TestCore() {
        core = new Core(settings(Map.of(), Optional.of(Duration.ZERO)), time, time, heap -> { });
    }

    private static CoreSettings settings(Map<String, List<String>> preferences, Optional<Duration> deadline) {
        return new CoreSettings(preferences, Map.of(), deadline, LIMIT, LIMIT,
                Map.of(),
                Map.of(), Sites.Mode.NONE);
    }

    /** Lets these backends serve a heap, in that order; buffers of those that leave stay until they are released. */
    public void prefer(String heap, List<String> backends) {
        core.configure(settings(Map.of(heap, backends), Optional.empty()));
    }

    /** Lets any backend serve any heap again. */
    public void preferNobody() {
        core.configure(settings(Map.of(), Optional.empty()));
    }

    /** Adds a backend, which serves unless one that was added before does; what comes back removes it. */
    public Runnable add(HeapBackend backend) {
        Candidate candidate = core.add(backend, 0, count.incrementAndGet());
        return () -> core.remove(candidate);
    }

    /** Waits until a heap has taken back all memory of a backend that left: each buffer is revoked or gone. */
    public void awaitRetired(String heap, String backend) {
        ManagedHeap managed = core.registry().byName().get(heap);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (managed.tenures().stream().anyMatch(tenure -> tenure.record().backend().equals(backend))) {
            if (System.nanoTime() >= deadline) {
                throw new AssertionError("heap " + heap + " still has buffers of " + backend);
            }
            Thread.onSpinWait();
        }
    }

    /** The fences of all buffers of a heap, whoever has them. */
    public List<Reservation> reservations(String heap) {
        return core.registry().byName().get(heap).tenures().stream().flatMap(tenure -> tenure.buffers().stream())
                .<Reservation>map(Buffer::reservation).toList();
    }

    public Heaps heaps(String bundle) {
        return new OwnedHeaps(core, owner(bundle));
    }

    public Importers importers(String bundle) {
        return new OwnedImporters(core, owner(bundle));
    }

    private Owner owner(String bundle) {
        return owners.computeIfAbsent(bundle, Owner::new);
    }

    /** What a bundle has open: references and attachments. */
    public List<Integer> open(String bundle) {
        return List.of(owner(bundle).references().close().size(), owner(bundle).attachments().close().size());
    }

    @Override
    public void close() {
        owners.values().forEach(core::release);
        core.close();
        time.close();
    }
}
