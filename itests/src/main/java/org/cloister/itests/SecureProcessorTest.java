// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.cloister.emulator.soc.Firmware;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.platform.layout.ContentSample;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.Configuration;

/** AMD's secure processor comes and goes under a backend that stays. */
class SecureProcessorTest {
    private static final String HEAP = "protected,secure-video";
    private static final String TEE = "(tee.id=amdtee)";

    private final Heaps heaps = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class);
    private final Bundle backend = Framework.bundle("org.cloister.backend.amdtee");
    private Configuration processor;

    @BeforeEach
    void switchOn() throws Exception {
        processor = Framework.configuration("org.cloister.emulator.psp");
    }

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
        power(true);
    }

    /** Waits until it is so. The configuration is changed and never deleted, so that there is one update at a time. */
    private void power(boolean present) throws Exception {
        processor.update(Framework.properties(Map.of("present", present)));
        Framework.reference(Firmware.class, "(&(%s=psp)(present=%s))".formatted(Firmware.NAME, present));
    }

    private void boot() throws Exception {
        Boards.ask("amd-laptop");
        Framework.reference(Soc.class, "(board=amd-laptop)");
    }

    private void assertServes() {
        Heap heap = heaps.await(HEAP, Framework.PATIENCE);
        assertThat(heap.backend()).isEqualTo("amdtee");
        Tee tee = Framework.service(Tee.class, TEE);
        try (DmaBuf buffer = heap.allocate(1 << 20);
                TeeSession session = tee.open(ContentSample.APPLICATION, Login.PUBLIC);
                SharedMemory shared = tee.register(buffer, Direction.INOUT)) {
            assertThat(shared.size()).isEqualTo(1 << 20);
            assertThat(session.application()).isEqualTo(ContentSample.APPLICATION);
        }
    }

    private void awaitReason(String text) {
        Framework.eventually("the reason is known",
                () -> heaps.explain(HEAP).reasons().stream().anyMatch(reason -> reason.text().contains(text)));
    }

    @Test
    void allocationsFailWhileItIsStoppedAndSucceedAgainWithTheSameBackendBundle() throws Exception {
        boot();
        assertServes();
        Heap heap = heaps.find(HEAP).orElseThrow();
        ClassLoader before = backend.adapt(BundleWiring.class).getClassLoader();
        power(false);
        Framework.eventually("the heap is gone", () -> heap.state() == HeapState.UNAVAILABLE);
        assertThatThrownBy(() -> heap.allocate(4096)).isInstanceOfSatisfying(HeapException.class,
                e -> assertThat(e.error()).isEqualTo(HeapError.UNAVAILABLE));
        awaitReason("the secure processor is not there");
        assertThat(heaps.find("encrypted,secure-video").orElseThrow().state()).isEqualTo(HeapState.AVAILABLE);
        power(true);
        Framework.eventually("the heap is there", () -> heap.state() == HeapState.AVAILABLE);
        assertServes();
        assertThat(heaps.find(HEAP)).containsSame(heap);
        assertThat(backend.adapt(BundleWiring.class).getClassLoader()).isSameAs(before);
    }

    @Test
    void memoryThatCouldNotBeGivenBackWithoutPowerIsToldOfAndRetriedOnDemand() throws Exception {
        boot();
        Heap heap = heaps.await(HEAP, Framework.PATIENCE);
        DmaBuf buffer = heap.allocate(4096);
        power(false);
        Framework.eventually("the heap drains", () -> heap.state() == HeapState.DRAINING);
        buffer.close();
        Framework.eventually("the heap is gone", () -> heap.state() == HeapState.UNAVAILABLE);
        power(true);
        Framework.eventually("the heap is there", () -> heap.state() == HeapState.AVAILABLE);
        assertThat(heap.usage().quarantined()).isEqualTo(1 << 20);
        assertThat(heap.retryQuarantined()).isEqualTo(1 << 20);
        assertThat(heap.usage().quarantined()).isZero();
        assertServes();
    }

    @Test
    void itMayComeLongAfterTheBoard() throws Exception {
        power(false);
        boot();
        awaitReason("the secure processor is not there");
        assertThat(heaps.explain(HEAP).available()).isFalse();
        power(true);
        assertServes();
    }
}
