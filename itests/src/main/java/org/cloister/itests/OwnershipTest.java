// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapListener;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;

/** Promise 7: every reference is owned by a bundle, and goes with it. */
class OwnershipTest {
    private static final UseCase USE_CASE = new UseCase(900, "test-ownership");

    private final CountingBackend backend = new CountingBackend("owned", PoolOffer.serve(USE_CASE));
    private final List<HeapEvent> events = new CopyOnWriteArrayList<>();
    private ServiceRegistration<?> backendService;
    private ServiceRegistration<?> listenerService;
    private Bundle consumer;

    @BeforeEach
    void startConsumer() throws Exception {
        backendService = Framework.context().registerService(HeapBackend.class, backend, null);
        listenerService = Framework.context().registerService(HeapListener.class, events::add,
                Framework.properties(Map.of(HeapListener.HEAPS, USE_CASE.heapName())));
        consumer = Framework.emptyBundle("org.cloister.itests.consumer");
    }

    @AfterEach
    void takeAllBack() throws Exception {
        backendService.unregister();
        listenerService.unregister();
        consumer.uninstall();
    }

    private Heap heap() {
        return Framework.service(consumer, Heaps.class).find(USE_CASE.heapName()).orElseThrow();
    }

    @Test
    void whatAStoppedBundleLeftIsReleasedAndReported() throws Exception {
        DmaBuf left = heap().allocate(4096);
        DmaBuf closed = heap().allocate(4096);
        closed.close();
        assertThat(backend.live()).isOne();
        consumer.stop();
        assertThat(backend.live()).isZero();
        assertThat(events).filteredOn(HeapEvent.Leaked.class::isInstance).singleElement()
                .isInstanceOfSatisfying(HeapEvent.Leaked.class, leak -> {
                    assertThat(leak.owner()).isEqualTo("org.cloister.itests.consumer");
                    assertThat(leak.buffer()).isEqualTo(left.id());
                    assertThat(leak.size()).isEqualTo(4096);
                    assertThat(leak.site()).hasValueSatisfying(site -> assertThat(site.getStackTrace())
                            .anyMatch(frame -> frame.getMethodName().equals(
                                    "whatAStoppedBundleLeftIsReleasedAndReported")));
                });
        assertThatThrownBy(left::reservation).isInstanceOfSatisfying(HeapException.class,
                e -> assertThat(e.error()).isEqualTo(HeapError.CLOSED));
    }

    @Test
    void aReferenceOfAnotherBundleKeepsTheBufferAlive() throws Exception {
        DmaBuf theirs = heap().allocate(4096);
        try (DmaBuf ours = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class).reference(theirs)) {
            consumer.stop();
            assertThat(backend.live()).isOne();
            assertThat(ours.reservation()).isNotNull();
        }
        assertThat(backend.live()).isZero();
    }

    @Test
    void aHeapObjectOfAStoppedBundleAllocatesNothing() throws Exception {
        Heap heap = heap();
        consumer.stop();
        assertThatThrownBy(() -> heap.allocate(1)).isInstanceOfSatisfying(HeapException.class,
                e -> assertThat(e.error()).isEqualTo(HeapError.CLOSED));
        assertThat(backend.live()).isZero();
    }

    @Test
    void aQuotaHoldsForTheBundleItNames() throws Exception {
        Configuration configuration = Framework.configuration("org.cloister.core");
        configuration.update(Framework.properties(
                Map.of("quota.bundles", new String[] {"org.cloister.itests.consumer=8192"})));
        try {
            Framework.eventually("the quota is in force", () -> {
                try (DmaBuf _ = heap().allocate(8193)) {
                    return false;
                } catch (HeapException e) {
                    return e.error() == HeapError.QUOTA_EXCEEDED;
                }
            });
            try (DmaBuf _ = heap().allocate(8192)) {
                assertThatThrownBy(() -> heap().allocate(1)).isInstanceOfSatisfying(HeapException.class, e -> {
                    assertThat(e.error()).isEqualTo(HeapError.QUOTA_EXCEEDED);
                    assertThat(e).hasMessageContaining("org.cloister.itests.consumer")
                            .hasMessageContaining("8192 of 8192");
                });
            }
            heap().allocate(8192).close();
        } finally {
            Framework.remove(configuration);
        }
    }
}
