// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Promises 4 and 11 under load: many swaps, while threads find, allocate, map and free all the time. How many is said by
 * the environment variable {@code CLOISTER_SWAPS}; there are 400 unless it is set, which is a matter of seconds.
 */
class SwapLoadTest {
    private static final int SWAPS = Integer.getInteger("org.cloister.itests.swaps");
    private static final int THREADS = 4;
    private static final int UPDATES = 30;
    private static final UseCase USE_CASE = new UseCase(1800, "test-load");

    private final Heaps heaps = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class);
    private final Importers importers = Framework.service(FrameworkUtil.getBundle(getClass()), Importers.class);
    private final Set<Long> placesInUse = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    private record Device() implements Importer {
        @Override
        public String name() {
            return "test device";
        }

        @Override
        public String initiator() {
            return "test";
        }

        @Override
        public Constraints constraints() {
            return Constraints.builder().access(Access.READ).build();
        }

        @Override
        public void invalidated(Attachment attachment, Invalidation reason) {}
    }

    @Test
    void swapsUnderLoad() throws Exception {
        List<CountingBackend> backends = new ArrayList<>();
        ServiceRegistration<?> serving = register(backends, 0);
        Heap heap = heaps.find(USE_CASE.heapName()).orElseThrow();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Load> loads = Stream.generate(() -> new Load(heap)).limit(THREADS).toList();
            List<Future<?>> running = loads.stream().<Future<?>>map(threads::submit).toList();
            // Until each thread has met swaps, however long it has to wait for a processor; or one has failed.
            while (running.stream().noneMatch(Future::isDone)
                    && (backends.size() <= SWAPS || loads.stream().anyMatch(load -> load.rounds <= SWAPS))) {
                ServiceRegistration<?> next = register(backends, backends.size());
                serving.unregister();
                serving = next;
            }
            String last = backends.getLast().id();
            Framework.eventually("each thread has memory of the last backend", () -> running.stream()
                    .anyMatch(Future::isDone) || loads.stream().allMatch(load -> load.backend.equals(last)));
            over = true;
            for (Future<?> one : running) {
                one.get(Framework.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(placesInUse).as("places that were not given back").isEmpty();
            assertThat(heap.usage().buffers()).isZero();
            assertThat(heap.usage().free()).isEqualTo(heap.usage().capacity());
        } finally {
            over = true;
            threads.shutdown();
            serving.unregister();
        }
        Framework.eventually("all pools are destroyed", () -> backends.stream().allMatch(b -> b.destroyed() == 1));
        assertThat(backends).hasSizeGreaterThan(SWAPS).allSatisfy(backend -> assertThat(backend.live()).isZero());
    }

    /** Fresh backends do not share a place: each counts on from where its number puts it. */
    private static ServiceRegistration<?> register(List<CountingBackend> backends, int number) {
        var backend = new CountingBackend("load-" + number, PoolOffer.serve(USE_CASE)).startingAt((number + 1L) << 40);
        backends.add(backend);
        return Framework.context().registerService(HeapBackend.class, backend,
                Framework.properties(Map.of(Constants.SERVICE_RANKING, number)));
    }

    /** What one thread does, and how far it is. */
    private final class Load implements Runnable {
        private final Device device = new Device();
        private final Heap heap;
        private volatile long rounds;
        private volatile String backend = "";
        private long generation;

        Load(Heap heap) {
            this.heap = heap;
        }

        @Override
        public void run() {
            for (long round = 1; !over; round++) {
                use();
                rounds = round;
            }
        }

        private void use() {
            assertThat(heaps.find(USE_CASE.heapName())).as("the lookup").containsSame(heap);
            assertThat(heap.state()).isEqualTo(HeapState.AVAILABLE);
            try (DmaBuf buffer = heap.allocate(4096)) {
                assertThat(buffer.record().generation()).as("a buffer of a former backend")
                        .isGreaterThanOrEqualTo(generation);
                generation = buffer.record().generation();
                backend = buffer.record().backend();
                try (Attachment attachment = importers.attach(buffer, device, Access.READ);
                        Mapping mapping = attachment.map(Access.READ, Duration.ZERO)) {
                    SegmentCursor cursor = mapping.cursor();
                    assertThat(cursor.next()).isTrue();
                    long place = cursor.address();
                    assertThat(place >>> 40).as("memory of the backend that the record names")
                            .isEqualTo(Long.parseLong(backend.substring("load-".length())) + 1);
                    assertThat(placesInUse.add(place)).as("0x%x is nobody else's", place).isTrue();
                    assertThat(buffer.state()).isEqualTo(BufferState.LIVE);
                    placesInUse.remove(place);
                }
            }
        }
    }

    @Test
    void updatesLeaveOneClassLoaderAtMost() throws Exception {
        Boards.on("jacinto");
        try {
            Heap heap = heaps.await("protected,secure-video", Framework.PATIENCE);
            Bundle bundle = Framework.bundle("org.cloister.backend.carveout");
            URI jar = URI.create(bundle.getLocation().replaceFirst("^reference:", ""));
            List<WeakReference<ClassLoader>> former = new ArrayList<>();
            for (int i = 0; i < UPDATES; i++) {
                former.add(new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader()));
                try (DmaBuf _ = heap.allocate(4096); InputStream content = jar.toURL().openStream()) {
                    bundle.update(content);
                    Framework.refresh(bundle);
                    heaps.await("protected,secure-video", Framework.PATIENCE);
                }
            }
            Framework.eventually("all class loaders but that in use are collected", () -> {
                System.gc();
                return former.stream().allMatch(loader -> loader.refersTo(null));
            });
            assertThat(heap.usage().free()).isEqualTo(heap.usage().capacity());
        } finally {
            Boards.off();
        }
    }
}
