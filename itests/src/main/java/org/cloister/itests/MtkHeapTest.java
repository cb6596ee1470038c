// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;

/** The memory application of MediaTek behind a trusted OS that comes and goes, while its backend stays. */
class MtkHeapTest {
    private static final String CM = "restricted_mtk_cm";
    private static final String CMA = "restricted_mtk_cma";

    private final Bundle optee = Framework.bundle("org.cloister.backend.optee");
    private final Bundle mtk = Framework.bundle("org.cloister.backend.mtk");
    private Optional<Configuration> configured = Optional.empty();
    private long started;

    @BeforeEach
    void switchOn() throws Exception {
        power();
        started = mtk.getLastModified();
    }

    private static Heaps heaps() {
        return Framework.service(FrameworkUtil.getBundle(MtkHeapTest.class), Heaps.class);
    }

    private void power() throws Exception {
        Boards.on("mt8195");
    }

    @AfterEach
    void switchOff() throws Exception {
        assertThat(mtk.getState()).isEqualTo(Bundle.ACTIVE);
        assertThat(mtk.getLastModified()).isEqualTo(started);
        optee.start();
        if (configured.isPresent()) {
            Framework.remove(configured.get());
        }
        off();
    }

    private void off() throws Exception {
        Boards.off();
    }

    private void refused(HeapError error, Heap heap) {
        HeapException e = catchThrowableOfType(HeapException.class, () -> heap.allocate(4096));
        assertThat(e).as("a refusal").isNotNull();
        assertThat(e.error()).as(e.getMessage()).isEqualTo(error);
    }

    @ParameterizedTest
    @ValueSource(strings = {CM, CMA, "protected,secure-video"})
    void heapsAreServedAgainWhenATrustedOsThatWentComesBack(String name) throws Exception {
        Heap heap = heaps().await(name, Framework.PATIENCE);
        DmaBuf kept = heap.allocate(4096);
        DmaBuf freed = heap.allocate(4096);
        assertThat(kept.record().backend()).isEqualTo("mtk");
        optee.stop();
        Framework.eventually("the heap is not served", () -> !heaps().explain(name).available());
        refused(HeapError.DRAINING, heap); // as buffers are live
        Framework.eventually("it says why", () -> heaps().explain(name).toString().contains("no trusted OS"));
        assertThat(kept.state()).isNotEqualTo(BufferState.REVOKED);
        freed.close();
        optee.start();
        heaps().await(name, Framework.PATIENCE);
        try (DmaBuf next = heap.allocate(4096)) {
            assertThat(next.record().generation()).isGreaterThan(kept.record().generation());
        }
        kept.close();
        Framework.eventually("all memory is free", () -> {
            heap.allocate(4096).close();
            return heap.usage().buffers() == 0;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {CM, CMA})
    void aBackendThatIsStoppedWithLiveBuffersLeavesNothingBehind(String name) throws Exception {
        Heap heap = heaps().await(name, Framework.PATIENCE);
        DmaBuf left = heap.allocate(4096);
        mtk.stop();
        try {
            Framework.eventually("the heap is not served", () -> !heaps().explain(name).available());
            assertThat(left.state()).isNotEqualTo(BufferState.REVOKED);
            refused(HeapError.DRAINING, heap);
            left.close();
            Framework.eventually("nothing drains any more", () -> heap.state() == HeapState.UNAVAILABLE);
        } finally {
            mtk.start();
        }
        assertAllIsFree(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {CM, CMA})
    void aSuccessorSaysWhomItWaitsForAndWhatToDo(String name) throws Exception {
        Heap heap = heaps().await(name, Framework.PATIENCE);
        DmaBuf left = heap.allocate(4096);
        mtk.stop();
        try {
            Framework.eventually("the heap is not served", () -> !heaps().explain(name).available());
        } finally {
            mtk.start();
        }
        heaps().await(name, Framework.PATIENCE);
        HeapException busy = catchThrowableOfType(HeapException.class, () -> heap.allocate(4096));
        assertThat(busy).as("a refusal").isNotNull();
        assertThat(busy.error()).as(busy.getMessage()).isEqualTo(HeapError.BUSY);
        assertThat(busy).hasMessageContainingAll("former driver", "updated or restarted", "release those buffers");
        assertThat(heaps().explain(name).toString()).contains("backend mtk serves it",
                "backend mtk, as it was in generation " + left.record().generation(), "waits for 1 live buffers; release");
        left.close();
        assertAllIsFree(name);
        Framework.eventually("nobody is waited for", () -> !heaps().explain(name).toString().contains("as it was in"));
    }

    @Test
    void whatCannotBeGivenBackWhenTheBackendIsStoppedIsGivenBackWhenTheTrustedOsComes() throws Exception {
        Heap heap = heaps().await(CMA, Framework.PATIENCE);
        DmaBuf left = heap.allocate(4096);
        mtk.stop();
        try {
            optee.stop();
            left.close();
            Framework.eventually("nothing drains any more", () -> heap.state() == HeapState.UNAVAILABLE);
            optee.start();
        } finally {
            mtk.start();
        }
        assertAllIsFree(CMA);
    }

    private static void assertAllIsFree(String name) {
        Heap heap = heaps().await(name, Framework.PATIENCE);
        long all = name.equals(CM) ? 128L << 20 : 384L << 20;
        Framework.eventually("all memory can be had", () -> {
            try (DmaBuf whole = heap.allocate(all)) {
                return whole.size() == all;
            } catch (HeapException e) {
                return false;
            }
        });
    }

    @Test
    void aRestartedBoardServesAgain() throws Exception {
        Heap heap = heaps().await(CMA, Framework.PATIENCE);
        DmaBuf lost = heap.allocate(4096);
        off();
        refused(HeapError.DRAINING, heap);
        lost.close();
        Framework.eventually("nothing drains any more", () ->
                catchThrowableOfType(HeapException.class, () -> heap.allocate(4096)).error() == HeapError.UNAVAILABLE);
        power();
        heaps().await(CMA, Framework.PATIENCE).allocate(4096).close();
    }

    @Test
    void withoutATrustedOsTheHeapsSayWhy() throws Exception {
        off();
        optee.stop();
        power();
        for (String name : List.of(CM, CMA)) {
            Framework.eventually(name + " is explained",
                    () -> heaps().explain(name).toString().contains("no trusted OS"));
            assertThat(heaps().explain(name).available()).isFalse();
        }
        optee.start();
        heaps().await(CM, Framework.PATIENCE).allocate(4096).close();
    }

    @Test
    void aUuidThatTheVendorChoseIsFoundByAskingTheTrustedOs() throws Exception {
        off();
        String chosen = "01234567-89ab-cdef-0123-456789abcdef";
        Configuration application = Framework.configuration("org.cloister.emulator.mtk");
        application.update(Framework.properties(Map.of("uuid", chosen)));
        try {
            awaitApplication(chosen);
            power();
            heaps().await(CMA, Framework.PATIENCE).allocate(4096).close();
        } finally {
            off();
            Framework.remove(application);
            awaitApplication("4477588a-8476-11e2-ad15-e41f1390d676");
        }
    }

    private static void awaitApplication(String uuid) {
        Framework.reference("org.cloister.emulator.optee.TrustedApplication", "(uuid=%s)".formatted(uuid));
    }

    @Test
    void aWrongUuidIsNamedAndMendedByConfiguration() throws Exception {
        Configuration configuration = Framework.configuration("org.cloister.backend.mtk");
        configured = Optional.of(configuration);
        String wrong = "01234567-89ab-cdef-0123-456789abcdef";
        configuration.update(Framework.properties(Map.of("application.uuid", wrong)));
        Framework.eventually("the uuid is refused", () -> {
            Heap heap = heaps().await(CM, Framework.PATIENCE);
            try (DmaBuf buffer = heap.allocate(4096)) {
                return buffer.size() == 0; // the previous configuration still serves
            } catch (HeapException e) {
                return e.getMessage().contains("configuration: " + wrong)
                        && e.getMessage().contains("told by the TEE: 4477588a-8476-11e2-ad15-e41f1390d676")
                        && e.getMessage().contains("known default: 4477588a-8476-11e2-ad15-e41f1390d676");
            }
        });
        Framework.remove(configuration);
        configured = Optional.empty();
        Framework.eventually("the default serves", () -> {
            try (DmaBuf buffer = heaps().await(CM, Framework.PATIENCE).allocate(4096)) {
                return buffer.size() == 4096;
            } catch (HeapException e) {
                return false;
            }
        });
    }
}
