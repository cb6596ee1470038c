// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.pool.PoolMemory;
import org.cloister.pool.StaticPool;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;

/**
 * Core as its users have it: a bundle in Felix, reached by its services. For one thread.
 */
final class CoreInFelix implements AutoCloseable {
    private static final List<String> BUNDLES = List.of("org.cloister.core-");
    private static final Duration STARTED = Duration.ofSeconds(20);

    private final Felix felix;
    private final Heaps heaps;

    private CoreInFelix(Felix felix, HeapBackend backend, String name) {
        this.felix = felix;
        BundleContext context = felix.context();
        context.registerService(HeapBackend.class, backend, null);
        heaps = heaps(context);
        heaps.await(name, STARTED);
    }

    /** Core with one backend that serves so many heaps from memory that nobody can reach. */
    static CoreInFelix start(int heaps) {
        return new CoreInFelix(Felix.start(List.of(), BUNDLES), new Numbers(heaps), name(heaps - 1));
    }

    /** The name of a heap, counted from 0. */
    static String name(int index) {
        return "bench,heap-" + index;
    }

    /** The service as the framework itself has it. */
    Heaps heaps() {
        return heaps;
    }

    /** Adds a backend that comes before those of a lower ranking; what comes back removes it. */
    Runnable add(HeapBackend backend, int ranking) {
        return felix.context().registerService(HeapBackend.class, backend,
                FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_RANKING, ranking)))::unregister;
    }

    private static Heaps heaps(BundleContext context) {
        ServiceReference<Heaps> reference = context.getServiceReference(Heaps.class);
        if (reference == null) {
            throw new IllegalStateException("core registered no service, see the log");
        }
        return context.getService(reference);
    }

    @Override
    public void close() {
        felix.close();
    }

    /** Serves heaps with addresses. */
    private record Numbers(int heaps) implements HeapBackend {
        private static final long RANGE = 8L << 30;

        @Override
        public String id() {
            return "numbers";
        }

        @Override
        public List<PoolOffer> offers() {
            return IntStream.range(0, heaps).mapToObj(i -> PoolOffer.serve(name(i), UseCase.SECURE_VIDEO)).toList();
        }

        @Override
        public Pool open(PoolOffer offer) {
            return new StaticPool(offer.heap(), 0, RANGE / heaps & -4096, HeapAttributes.builder().build(), PoolMemory.outOfReach());
        }
    }
}
