// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.Configuration;

/**
 * Promise 5: whatever becomes of a backend's bundle, live buffers stay usable until they are released, or until the
 * deadline. Also in the middle of a call.
 */
class BackendLifeTest {
    private static final String HEAP = "protected,secure-video";
    private static final String BACKEND = "org.cloister.backend.carveout";

    /** How the bundle of a backend may come to an end, and whether it is back by itself. */
    private enum Ending {
        STOP(false) {
            @Override
            void come(Bundle bundle) throws Exception {
                bundle.stop();
            }
        },
        UPDATE(true) {
            @Override
            void come(Bundle bundle) throws Exception {
                String location = bundle.getLocation().replaceFirst("^reference:", "");
                try (var jar = URI.create(location).toURL().openStream()) {
                    bundle.update(jar);
                }
                Framework.refresh(bundle);
            }
        },
        REFRESH(true) {
            @Override
            void come(Bundle bundle) throws Exception {
                Framework.refresh(bundle);
            }
        },
        UNINSTALL(false) {
            @Override
            void come(Bundle bundle) throws Exception {
                bundle.uninstall();
                Framework.refresh(bundle);
            }
        };

        private final boolean passing;

        Ending(boolean passing) {
            this.passing = passing;
        }

        abstract void come(Bundle bundle) throws Exception;
    }

    /** A decoder that notes what it is told, and whether its mapping stood when it was. */
    private static final class Decoder implements Importer {
        private final List<Invalidation> told = new CopyOnWriteArrayList<>();
        private final List<Boolean> standing = new CopyOnWriteArrayList<>();
        private volatile Mapping mapping;

        @Override
        public String name() {
            return "test decoder";
        }

        @Override
        public String initiator() {
            return "video-decoder";
        }

        @Override
        public Constraints constraints() {
            return Constraints.builder().access(Access.READ).restriction(Constraints.Restriction.REQUIRED)
                    .useCases(Set.of(UseCase.SECURE_VIDEO)).build();
        }

        @Override
        public void invalidated(Attachment attachment, Invalidation reason) {
            told.add(reason);
            standing.add(mapping.isValid());
        }
    }

    private final Heaps heaps = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class);
    private final Importers importers = Framework.service(FrameworkUtil.getBundle(getClass()), Importers.class);
    private final Decoder decoder = new Decoder();
    private Heap heap;

    @BeforeEach
    void switchOn() throws Exception {
        Boards.on("jacinto");
        heap = heaps.await(HEAP, Framework.PATIENCE);
    }

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void buffersOutliveTheBundleOfTheirBackend(Ending ending) throws Exception {
        Bundle bundle = Framework.bundle(BACKEND);
        String location = bundle.getLocation();
        var loader = new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
        try (DmaBuf left = heap.allocate(4096); Attachment attachment = importers.attach(left, decoder, Access.READ);
                Mapping mapping = attachment.map(Access.READ, Duration.ZERO)) {
            decoder.mapping = mapping;
            ending.come(bundle);
            if (!ending.passing) {
                assertNotServed();
            }
            CompletableFuture<Heap> waiting = heaps.whenAvailable(HEAP).toCompletableFuture();
            assertThat(waiting.isDone()).isIn(false, ending.passing);
            assertThat(left.state()).isEqualTo(BufferState.LIVE);
            left.write(0, MemorySegment.ofArray(new byte[] {1, 2, 3}));
            assertThat(mapping.isValid()).isTrue();
            bringBack(location);
            assertThat(waiting.get(Framework.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isSameAs(heap);
            try (DmaBuf fresh = heap.allocate(4096)) {
                assertThat(fresh.record().generation()).isGreaterThan(left.record().generation());
                left.write(0, MemorySegment.ofArray(new byte[] {4}));
            }
        } finally {
            bringBack(location);
        }
        assertThat(decoder.told).isEmpty();
        Framework.eventually("the drained pool is gone", () -> heap.usage().buffers() == 0);
        if (ending != Ending.STOP) {
            Framework.eventually("the class loader of the former backend is collected", () -> {
                System.gc();
                return loader.refersTo(null);
            });
        }
    }

    private void assertNotServed() {
        assertThat(heap.state()).isEqualTo(HeapState.DRAINING);
        assertThat(heaps.find(HEAP)).containsSame(heap);
        assertThat(heaps.explain(HEAP).reasons().getFirst().kind()).isEqualTo(Explanation.Kind.DRAINING);
        assertRefused(() -> heap.allocate(1), HeapError.DRAINING);
        assertThatThrownBy(() -> heaps.await(HEAP, Duration.ofMillis(1)))
                .isInstanceOfSatisfying(HeapException.class, e -> {
                    assertThat(e.error()).isEqualTo(HeapError.TIMED_OUT);
                    assertThat(e).hasMessageContaining("backend carveout is leaving and waits for 1 live buffer");
                });
    }

    private static void bringBack(String location) throws Exception {
        Framework.context().installBundle(location).start();
    }

    @Test
    void afterTheDeadlineImportersAreToldFirstAndEverythingElseIsRevoked() throws Exception {
        Bundle bundle = Framework.bundle(BACKEND);
        Configuration core = Framework.configuration("org.cloister.core");
        core.update(Framework.properties(Map.of("drain.deadline.ms", 1L)));
        Framework.awaitConfigured(); // a deadline counts for backends that leave after it came
        try (DmaBuf left = heap.allocate(4096); Attachment attachment = importers.attach(left, decoder, Access.READ);
                Mapping mapping = attachment.map(Access.READ, Duration.ZERO)) {
            decoder.mapping = mapping;
            bundle.stop();
            bundle.start();
            Framework.eventually("the buffer is revoked", () -> left.state() == BufferState.REVOKED);
            Framework.eventually("the mapping ends", () -> !mapping.isValid());
            assertThat(decoder.told).containsExactly(Invalidation.REVOKED);
            assertThat(decoder.standing).containsExactly(true);
            assertRefused(mapping::cursor, HeapError.REVOKED);
            assertRefused(() -> attachment.map(Access.READ, Duration.ZERO), HeapError.REVOKED);
            assertRefused(() -> left.write(0, MemorySegment.ofArray(new byte[1])), HeapError.REVOKED);
            assertRefused(left::reservation, HeapError.REVOKED);
            heap.allocate(4096).close();
        } finally {
            Framework.remove(core);
            bundle.start();
        }
        Framework.eventually("nothing is left", () -> heap.usage().buffers() == 0);
    }

    @Test
    void aBackendThatVanishesInTheMiddleOfACallIsSucceeded() {
        var useCase = new UseCase(1700, "test-crash");
        var next = new CountingBackend("next", PoolOffer.serve(useCase));
        var crashing = new CountingBackend("crashing", PoolOffer.serve(useCase));
        ServiceRegistration<?> second = Framework.context().registerService(HeapBackend.class, next, null);
        ServiceRegistration<?> first = Framework.context().registerService(HeapBackend.class, crashing,
                Framework.properties(Map.of(Constants.SERVICE_RANKING, 10)));
        try {
            Heap crashed = heaps.find(useCase.heapName()).orElseThrow();
            assertThat(crashed.backend()).isEqualTo("crashing");
            crashing.duringAllocation(() -> {
                crashing.duringAllocation(() -> {});
                first.unregister();
                throw new NoClassDefFoundError("the bundle is gone");
            });
            try (DmaBuf buffer = crashed.allocate(4096)) {
                assertThat(buffer.record().backend()).isEqualTo("next");
            }
            Framework.eventually("the crashed pool is destroyed", () -> crashing.destroyed() == 1);
        } finally {
            second.unregister();
        }
    }

    @Test
    void aBackendThatVanishesInTheMiddleOfACallWithoutASuccessorIsExplained() {
        var useCase = new UseCase(1701, "test-crash-alone");
        var crashing = new CountingBackend("lonely", PoolOffer.serve(useCase));
        ServiceRegistration<?> service = Framework.context().registerService(HeapBackend.class, crashing, null);
        Heap crashed = heaps.find(useCase.heapName()).orElseThrow();
        crashing.duringAllocation(() -> {
            service.unregister();
            throw new NoClassDefFoundError("the bundle is gone");
        });
        assertThatThrownBy(() -> crashed.allocate(4096)).isInstanceOfSatisfying(HeapException.class, e -> {
            assertThat(e.error()).isIn(HeapError.DRAINING, HeapError.UNAVAILABLE);
            assertThat(e).hasMessageContaining("lonely").hasMessageContaining("has left");
        });
        Framework.eventually("the crashed pool is destroyed", () -> crashing.destroyed() == 1);
        Framework.eventually("the heap says so", () -> crashed.state() == HeapState.UNAVAILABLE);
        assertThat(heaps.explain(useCase.heapName()).reasons().getFirst().kind()).isEqualTo(Explanation.Kind.LEFT);
    }

    private static void assertRefused(ThrowingCallable call, HeapError error) {
        assertThatThrownBy(call).isInstanceOfSatisfying(HeapException.class,
                e -> assertThat(e.error()).isEqualTo(error));
    }
}
