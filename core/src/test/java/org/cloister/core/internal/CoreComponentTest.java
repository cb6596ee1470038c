// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.VIDEO;
import static org.cloister.core.internal.World.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.importer.Importers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;

/** Core in a framework, as far as it can be seen without one; the rest is in itests. */
@Timeout(60)
class CoreComponentTest {
    private static final Bundle PLAYER = FakeFramework.bundle(7, "org.acme.player");
    private static final Bundle OTHER = FakeFramework.bundle(8, null);

    private final FakeFramework framework = new FakeFramework();
    private final List<HeapEvent> events = new CopyOnWriteArrayList<>();
    private final FakeBackend backend = new FakeBackend("a", PoolOffer.serve(UseCase.SECURE_VIDEO).aliases("b", "a"));
    private final CoreComponent component = new CoreComponent(framework.context(),
            SettingsTest.configuration(Map.of()));
    private boolean active = true;

    @AfterEach
    void close() {
        if (active) {
            deactivate();
        }
        assertThat(framework.services).noneMatch(s -> s.registered);
        assertThat(framework.isListenedTo()).isFalse();
        assertThat(backend.violations).isEmpty();
    }

    private void deactivate() {
        active = false;
        component.deactivate();
    }

    private static Map<String, Object> properties(long id, Object ranking) {
        return Map.of("service.id", id, "service.ranking", ranking);
    }

    private void bind() {
        component.bindBackend(backend, properties(1, 0));
    }

    private static void eventually(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait(); // the test has a time limit
        }
    }

    @Test
    void whatDoesNotDependOnBackendsIsThereAtOnce() {
        assertThat(framework.get(PLAYER, Heaps.class, null).list()).isEmpty();
        assertThat(framework.get(PLAYER, Importers.class, null)).isNotNull();
        assertThat(framework.services).hasSize(3);
    }

    @Test
    void aHeapIsAServiceWithItsProperties() {
        bind();
        assertThat(framework.service(Heap.class, VIDEO).properties).isEqualTo(Map.of("heap.name", VIDEO,
                "heap.use-case", "secure-video", "heap.restricted", true, "heap.backend", "a", "heap.available", true,
                "heap.aliases", framework.service(Heap.class, VIDEO).properties.get("heap.aliases")));
        assertThat((String[]) framework.service(Heap.class, VIDEO).properties.get("heap.aliases"))
                .containsExactly("a", "b");
    }

    @Test
    void eachBundleGetsItsOwn() {
        bind();
        Heap heap = framework.get(PLAYER, Heap.class, VIDEO);
        assertThat(framework.get(PLAYER, Heap.class, VIDEO)).isSameAs(heap);
        assertThat(framework.get(PLAYER, Heaps.class, null).find(VIDEO)).containsSame(heap);
        assertThat(framework.get(OTHER, Heap.class, VIDEO)).isNotSameAs(heap);
    }

    @Test
    void theServiceStaysAndItsPropertiesFollow() {
        bind();
        FakeFramework.Service service = framework.service(Heap.class, VIDEO);
        var better = FakeBackend.video("better");
        component.bindBackend(better, properties(2, 10));
        eventually(() -> "better".equals(service.properties.get("heap.backend"))); // whoever publishes may be ahead
        assertThat(service.properties).doesNotContainKey("heap.aliases");
        component.unbindBackend(better);
        component.unbindBackend(backend);
        eventually(() -> "".equals(service.properties.get("heap.backend")));
        assertThat(service.properties).containsEntry("heap.available", false);
        assertThat(service.registered).isTrue();
        eventually(backend::isDisconnected);
        assertThat(framework.services).filteredOn(s -> s.type == Heap.class).hasSize(1);
    }

    @Test
    void propertiesThatDoNotChangeAreNotSetAgain() {
        bind();
        component.modified(SettingsTest.configuration(Map.of()));
        component.bindBackend(FakeBackend.video("worse"), properties(2, -1));
        assertThat(framework.log).isEmpty();
    }

    @Test
    void rankingsFollowTheService() {
        bind();
        var other = FakeBackend.video("b");
        component.bindBackend(other, properties(2, "no number"));
        Heap heap = framework.get(PLAYER, Heap.class, VIDEO);
        assertThat(heap.backend()).isEqualTo("a");
        component.updatedBackend(other, properties(2, 1));
        assertThat(heap.backend()).isEqualTo("b");
        component.updatedBackend(FakeBackend.video("unknown"), properties(3, 1));
    }

    @Test
    void aBackendThatCannotBeUsedHarmsNobody() {
        var broken = FakeBackend.video("broken");
        broken.script.fail("id", new AssertionError("boom"));
        component.bindBackend(broken, properties(1, 100));
        component.unbindBackend(broken);
        bind();
        assertThat(framework.get(PLAYER, Heap.class, VIDEO).backend()).isEqualTo("a");
    }

    @Test
    void aBadConfigurationLeavesThePreviousInForce() {
        bind();
        component.modified(SettingsTest.configuration(Map.of("quota_bundles", new String[] {"org.acme.player=4096"})));
        component.modified(SettingsTest.configuration(Map.of("quota_bundles", new String[] {"nonsense"})));
        Heap heap = framework.get(PLAYER, Heap.class, VIDEO);
        heap.allocate(4096);
        refused(HeapError.QUOTA_EXCEEDED, () -> heap.allocate(1));
    }

    @Test
    void aStoppedBundleLosesWhatItLeft() {
        component.bindListener(events::add, Map.of());
        bind();
        Heap heap = framework.get(PLAYER, Heap.class, VIDEO);
        heap.allocate(1);
        framework.tell(BundleEvent.STARTED, PLAYER);
        framework.tell(BundleEvent.STOPPING, PLAYER);
        framework.tell(BundleEvent.STOPPED, OTHER);
        assertThat(backend.pool().live()).isOne();
        framework.tell(BundleEvent.STOPPED, PLAYER);
        assertThat(backend.pool().live()).isZero();
        assertThat(events).filteredOn(HeapEvent.Leaked.class::isInstance).singleElement()
                .isInstanceOfSatisfying(HeapEvent.Leaked.class,
                        e -> assertThat(e.owner()).isEqualTo("org.acme.player"));
        refused(HeapError.CLOSED, () -> heap.allocate(1));
        try (DmaBuf again = framework.get(PLAYER, Heap.class, VIDEO).allocate(1)) {
            assertThat(again.id()).isPositive();
        }
    }

    @Test
    void bundlesWithoutANameHaveOne() {
        component.bindListener(events::add, Map.of());
        bind();
        framework.get(OTHER, Heap.class, VIDEO).allocate(1).close();
        assertThat(events).filteredOn(HeapEvent.Allocated.class::isInstance).singleElement()
                .isInstanceOfSatisfying(HeapEvent.Allocated.class, e -> assertThat(e.owner()).isEqualTo("bundle-8"));
    }

    @Test
    void listenersSayWhatTheyWantToHear() {
        var filters = new ArrayList<Object>(List.of(VIDEO, "restricted,secure-video", new String[] {"x", VIDEO, VIDEO},
                List.of(VIDEO, "x")));
        var heard = new CopyOnWriteArrayList<Integer>();
        for (int i = 0; i < filters.size(); i++) {
            int number = i;
            component.bindListener(event -> heard.add(number), Map.of(HeapListener.HEAPS, filters.get(i)));
        }
        component.bindListener(event -> heard.add(-1), Map.of(HeapListener.HEAPS, "other"));
        HeapListener gone = event -> heard.add(-2);
        component.bindListener(gone, Map.of());
        component.unbindListener(gone);
        bind();
        assertThat(heard).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aListenerOfServicesMayCauseTheNextChange() {
        framework.onRegister = service -> {
            if (service.type == Heap.class && service.properties.get("heap.backend").equals("a")) {
                component.bindBackend(FakeBackend.video("better"), properties(2, 10));
            }
        };
        bind();
        assertThat(framework.service(Heap.class, VIDEO).properties).containsEntry("heap.backend", "better");
    }

    @Test
    void aFailedRegistrationDoesNotStopTheNext() {
        framework.onRegister = service -> {
            if (service.type == Heap.class && service.properties.get("heap.name").equals(VIDEO)) {
                throw new IllegalStateException("boom");
            }
        };
        bind();
        component.bindBackend(new FakeBackend("u", PoolOffer.serve(UseCase.TRUSTED_UI)), properties(2, 0));
        assertThat(framework.service(Heap.class, "protected,trusted-ui").registered).isTrue();
        framework.services.removeIf(s -> VIDEO.equals(s.properties.get("heap.name"))); // it never was
    }

    @Test
    void coreLeavesNothingBehind() {
        component.bindListener(events::add, Map.of());
        bind();
        DmaBuf buffer = framework.get(PLAYER, Heap.class, VIDEO).allocate(1);
        Heaps heaps = framework.get(PLAYER, Heaps.class, null);
        var waiting = heaps.whenAvailable("never").toCompletableFuture();
        deactivate();
        assertThat(framework.services).noneMatch(s -> s.registered);
        assertThat(backend.pool().live()).isZero();
        assertThat(backend.pool().isDestroyed()).isTrue();
        assertThat(backend.isDisconnected()).isTrue();
        assertThat(waiting).isCompletedExceptionally();
        assertThat(events).hasAtLeastOneElementOfType(HeapEvent.Leaked.class)
                .hasAtLeastOneElementOfType(HeapEvent.Retired.class);
        refused(HeapError.CLOSED, buffer::reservation);
        component.unbindBackend(backend); // as Declarative Services does afterwards
        assertThat(heaps.find(VIDEO).orElseThrow().state()).isEqualTo(HeapState.UNAVAILABLE);
    }
}
