// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;

/** Heaps as services: they appear with their backend, outlive it, and change hands. */
class HeapServiceTest {
    private final Heaps heaps = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class);
    private final List<ServiceRegistration<?>> registered = new ArrayList<>();

    @AfterEach
    void takeBackendsBack() {
        registered.forEach(ServiceRegistration::unregister);
    }

    private ServiceRegistration<?> register(CountingBackend backend, int ranking) {
        var registration = Framework.context().registerService(HeapBackend.class, backend,
                Framework.properties(Map.of(Constants.SERVICE_RANKING, ranking)));
        registered.add(registration);
        return registration;
    }

    private void unregister(ServiceRegistration<?> registration) {
        registered.remove(registration);
        registration.unregister();
    }

    private static UseCase useCase(String name) {
        return new UseCase(1000 + name.hashCode() % 500 + 500, name);
    }

    @Test
    void aHeapServiceAppearsWithItsBackend() {
        UseCase useCase = useCase("test-appears");
        register(new CountingBackend("first", PoolOffer.serve(useCase).aliases("appears")), 0);
        ServiceReference<Heap> reference =
                Framework.reference(Heap.class, "(&(heap.name=protected,test-appears)(heap.available=true))");
        assertThat(reference.getProperty(Heap.USE_CASE)).isEqualTo("test-appears");
        assertThat(reference.getProperty(Heap.RESTRICTED)).isEqualTo(true);
        assertThat(reference.getProperty(Heap.BACKEND)).isEqualTo("first");
        assertThat((String[]) reference.getProperty(Heap.ALIASES)).containsExactly("appears");
        Heap heap = Framework.context().getService(reference);
        assertThat(heaps.find("protected,test-appears")).containsSame(heap);
        assertThat(heaps.find("restricted,test-appears")).containsSame(heap);
        assertThat(heaps.find("appears")).containsSame(heap);
        assertThat(heaps.find("test-appears")).isEmpty();
    }

    @Test
    void aWaiterGetsTheHeapWhenItsBackendStarts() throws Exception {
        var waiting = heaps.whenAvailable("protected,test-waiter").toCompletableFuture();
        assertThat(waiting).isNotDone();
        register(new CountingBackend("late", PoolOffer.serve(useCase("test-waiter"))), 0);
        assertThat(waiting.get(Framework.PATIENCE.toSeconds(), TimeUnit.SECONDS).backend()).isEqualTo("late");
    }

    @Test
    void waitingInVainSaysWhatIsMissing() {
        assertThatThrownBy(() -> heaps.await("protected,test-nobody", Duration.ofMillis(1)))
                .isInstanceOfSatisfying(HeapException.class, e -> {
                    assertThat(e.error()).isEqualTo(HeapError.TIMED_OUT);
                    assertThat(e).hasMessageContaining("no backend offers it");
                });
    }

    @Test
    void aStoppedBackendLeavesTheHeapRegisteredAndExplained() {
        UseCase useCase = useCase("test-stops");
        var backend = new CountingBackend("stopping", PoolOffer.serve(useCase));
        ServiceRegistration<?> registration = register(backend, 0);
        Heap heap = heaps.find("protected,test-stops").orElseThrow();
        try (DmaBuf buffer = heap.allocate(5000)) {
            assertThat(buffer.size()).isEqualTo(8192);
            unregister(registration);
            assertThat(heap.state()).isEqualTo(HeapState.DRAINING);
            assertThat(heaps.explain("protected,test-stops").reasons()).extracting(Explanation.Reason::kind)
                    .contains(Explanation.Kind.DRAINING);
            assertThatThrownBy(() -> heap.allocate(1)).isInstanceOfSatisfying(HeapException.class,
                    e -> assertThat(e.error()).isEqualTo(HeapError.DRAINING));
            assertThat(backend.live()).isOne();
        }
        Framework.eventually("the pool is destroyed", () -> backend.destroyed() == 1);
        Framework.eventually("the heap is unavailable", () -> heap.state() == HeapState.UNAVAILABLE);
        assertThat(Framework.reference(Heap.class, "(&(heap.name=protected,test-stops)(heap.available=false))"))
                .isNotNull();
        Explanation explanation = heaps.explain("protected,test-stops");
        assertThat(explanation.available()).isFalse();
        assertThat(explanation.reasons().getFirst().text()).contains("stopping").contains("has left");
        assertThatThrownBy(() -> heap.allocate(1)).isInstanceOfSatisfying(HeapException.class, e -> {
            assertThat(e.error()).isEqualTo(HeapError.UNAVAILABLE);
            assertThat(e).hasMessageContaining("has left");
        });
    }

    @Test
    void theHigherRankingWinsAndTheHeapStaysTheSame() {
        UseCase useCase = useCase("test-swap");
        register(new CountingBackend("low", PoolOffer.serve(useCase)), 0);
        Heap heap = heaps.find("protected,test-swap").orElseThrow();
        try (DmaBuf before = heap.allocate(1)) {
            ServiceRegistration<?> high = register(new CountingBackend("high", PoolOffer.serve(useCase)), 10);
            assertThat(heap.backend()).isEqualTo("high");
            assertThat(heaps.find("protected,test-swap")).containsSame(heap);
            Framework.reference(Heap.class, "(&(heap.name=protected,test-swap)(heap.backend=high))");
            try (DmaBuf after = heap.allocate(1)) {
                assertThat(before.record().backend()).isEqualTo("low");
                assertThat(after.record().backend()).isEqualTo("high");
                assertThat(after.record().generation()).isGreaterThan(before.record().generation());
            }
            unregister(high);
        }
        assertThat(heap.backend()).isEqualTo("low");
        assertThat(heap.state()).isEqualTo(HeapState.AVAILABLE);
    }

    @Test
    void theConfigurationOverridesTheRanking() throws Exception {
        UseCase useCase = useCase("test-config");
        register(new CountingBackend("chosen", PoolOffer.serve(useCase)), 0);
        register(new CountingBackend("ranked", PoolOffer.serve(useCase)), 10);
        Heap heap = heaps.find("protected,test-config").orElseThrow();
        assertThat(heap.backend()).isEqualTo("ranked");
        Configuration configuration = Framework.configuration("org.cloister.core");
        configuration.update(Framework.properties(
                Map.of("heap.backends", new String[] {"protected,test-config=chosen"})));
        try {
            Framework.eventually("the chosen backend serves", () -> heap.backend().equals("chosen"));
            Framework.eventually("the explanation says so", () -> heaps.explain("protected,test-config").reasons()
                    .stream().map(Explanation.Reason::kind).toList()
                    .equals(List.of(Explanation.Kind.SERVED, Explanation.Kind.OVERRIDDEN)));
        } finally {
            Framework.remove(configuration);
        }
        Framework.eventually("the ranked backend serves again", () -> heap.backend().equals("ranked"));
    }

    @Test
    void aRefusalReachesTheExplanation() {
        UseCase useCase = useCase("test-refused");
        register(new CountingBackend("refusing", PoolOffer.refuse(useCase.heapName(), useCase,
                "the firmware accepts use case 1 only", "update the firmware")), 0);
        assertThat(heaps.find(useCase.heapName())).isEqualTo(Optional.empty());
        Explanation explanation = heaps.explain(useCase.heapName());
        assertThat(explanation.available()).isFalse();
        assertThat(explanation.toString()).contains("the firmware accepts use case 1 only", "update the firmware");
    }
}
