// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.refused;

import java.util.List;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Explanation;
import org.cloister.heap.Explanation.Kind;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Memory that could not be taken back is seen, and tried again on demand. */
class QuarantineTest {
    private final World world = new World();
    private final FakeBackend backend = FakeBackend.video("a");
    private final Candidate candidate = world.add(backend);
    private final Heap heap = world.video();

    @AfterEach
    void close() {
        world.close();
    }

    private void withdraw(FakeBackend from, long bytes) {
        from.pool().quarantined.addAndGet(bytes);
        from.host().quarantined(from.pool(), 0x4000_0000L, bytes, "the firmware did not answer");
        world.queue.runAll();
    }

    private List<Explanation.Reason> quarantined() {
        return world.heaps().explain(World.VIDEO).reasons().stream()
                .filter(reason -> reason.kind() == Kind.QUARANTINED).toList();
    }

    @Test
    void itIsSeenAndExplained() {
        assertThat(heap.usage().quarantined()).isZero();
        assertThat(quarantined()).isEmpty();
        withdraw(backend, 0x3000);
        assertThat(heap.usage().quarantined()).isEqualTo(0x3000);
        Explanation explanation = world.heaps().explain(World.VIDEO);
        assertThat(explanation.available()).isTrue();
        assertThat(explanation.reasons().getFirst().kind()).as("the decisive reason").isEqualTo(Kind.SERVED);
        assertThat(quarantined()).singleElement().satisfies(reason -> {
            assertThat(reason.backend()).isEqualTo("a");
            assertThat(reason.text()).contains("0x3000 bytes of backend a are quarantined", "Heap.retryQuarantined");
        });
    }

    @Test
    void itIsTriedAgainOnDemandOnly() {
        withdraw(backend, 8192);
        heap.allocate(1).close();
        assertThat(backend.pool().script.calls("retryQuarantined")).isZero();
        assertThat(heap.retryQuarantined()).isEqualTo(8192);
        assertThat(heap.usage().quarantined()).isZero();
        assertThat(quarantined()).isEmpty();
        assertThat(heap.retryQuarantined()).isZero();
    }

    @Test
    void thatOfABackendThatIsDrainedCountsAndIsTriedToo() {
        DmaBuf keeps = heap.allocate(1);
        withdraw(backend, 4096);
        world.remove(candidate);
        assertThat(heap.usage().quarantined()).isEqualTo(4096);
        assertThat(quarantined()).hasSize(1);
        FakeBackend next = FakeBackend.video("b");
        world.add(next);
        withdraw(next, 16384);
        assertThat(heap.usage().quarantined()).isEqualTo(4096 + 16384);
        assertThat(quarantined()).extracting(Explanation.Reason::backend).containsExactlyInAnyOrder("a", "b");
        assertThat(heap.retryQuarantined()).isEqualTo(4096 + 16384);
        keeps.close();
        world.queue.runAll();
        assertThat(heap.usage().quarantined()).isZero();
    }

    @Test
    void withoutABackendThereIsNothingToTry() {
        world.remove(candidate);
        assertThat(heap.retryQuarantined()).isZero();
        assertThat(backend.pool().script.calls("retryQuarantined")).isZero();
    }

    @Test
    void aRefusalIsPassedOn() {
        withdraw(backend, 4096);
        backend.pool().script.fail("retryQuarantined",
                new HeapException(HeapError.FIRMWARE_DEAD, "reclaim", "the firmware", "no answer", "restart it"));
        refused(HeapError.FIRMWARE_DEAD, heap::retryQuarantined);
        assertThat(heap.usage().quarantined()).isEqualTo(4096);
    }

    @Test
    void aStoppedBundleTriesNothing() {
        world.stop("consumer");
        refused(HeapError.CLOSED, heap::retryQuarantined);
    }

    @Test
    void explainingAsksNobody() {
        withdraw(backend, 4096);
        Script.Hang hang = backend.pool().script.hang("usage");
        assertThat(quarantined()).hasSize(1);
        hang.release();
        backend.pool().script.forget("usage");
    }
}
