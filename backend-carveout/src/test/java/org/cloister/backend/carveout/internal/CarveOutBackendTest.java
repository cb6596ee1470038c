// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cloister.backend.carveout.internal.TreeFixture.BASE;
import static org.cloister.backend.carveout.internal.TreeFixture.NODE;
import static org.cloister.backend.carveout.internal.TreeFixture.SIZE;

import java.lang.annotation.Annotation;
import java.lang.foreign.MemorySegment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.BusFault;
import org.cloister.pool.StaticRanges;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CarveOutBackendTest {
    private static final PoolOffer VIDEO = PoolOffer.serve(UseCase.SECURE_VIDEO);

    private final StaticRanges ranges = new StaticRanges();
    private final FakeMemory memory = new FakeMemory(BASE, SIZE);
    private final Host host = new Host();
    private final CarveOutBackend backend = backend();

    private CarveOutBackend backend() {
        return new CarveOutBackend(new TreeFixture().video(node -> {}).build(), memory, ranges);
    }

    @BeforeEach
    void start() {
        backend.activate();
        backend.connected(host);
    }

    @Test
    void offersWhatTheTreeDeclares() {
        assertThat(backend.id()).isEqualTo("carveout");
        assertThat(backend.offers()).containsExactly(VIDEO);
    }

    @Test
    void poolsLieInTheCarveOut() {
        Pool pool = backend.open(VIDEO);
        PoolBuffer buffer = pool.allocate(0x3000, 0x2000);
        assertThat(buffer.address(0)).isEqualTo(BASE);
        assertThat(buffer.segments()).isEqualTo(1);
        assertThat(pool.usage().capacity()).hasValue(SIZE);
        assertThat(pool.usage().free()).hasValue(SIZE - 0x3000);
        assertThat(pool.attributes().cpuAccess()).isEqualTo(Access.WRITE);
        assertThat(pool.copier()).isEmpty();
    }

    @Test
    void theCpuWritesThroughItsOwnView() {
        Pool pool = backend.open(VIDEO);
        pool.allocate(0x1000, 0x1000);
        PoolBuffer buffer = pool.allocate(0x1000, 0x1000);
        pool.write(buffer, 16, MemorySegment.ofArray(new byte[] {1, 2, 3}));
        assertThat(memory.written).containsOnlyKeys(BASE + 0x1010);
        assertThat(memory.written.get(BASE + 0x1010)).containsExactly(1, 2, 3);
    }

    @Test
    void refusesReadsAndMappingsWithoutTrying() {
        Pool pool = backend.open(VIDEO);
        PoolBuffer buffer = pool.allocate(0x1000, 0x1000);
        refused(HeapError.CPU_ACCESS_DENIED, () -> pool.read(buffer, 0, MemorySegment.ofArray(new byte[1])));
        refused(HeapError.CPU_ACCESS_DENIED, () -> pool.map(buffer, Access.READ));
        refused(HeapError.CPU_ACCESS_DENIED, () -> pool.map(buffer, Access.READ_WRITE));
        refused(HeapError.NOT_SUPPORTED, () -> pool.map(buffer, Access.WRITE));
    }

    @Test
    void noTrustedOsKnowsTheMemory() {
        Pool pool = backend.open(VIDEO);
        PoolBuffer buffer = pool.allocate(0x1000, 0x1000);
        refused(HeapError.NOT_SUPPORTED, () -> pool.teeMemory(buffer));
    }

    @Test
    void aFaultSaysThatFirmwareDisagreesWithTheGrants() {
        FakeMemory nothingGranted = new FakeMemory(0, 0);
        CarveOutBackend mistaken =
                new CarveOutBackend(new TreeFixture().video(node -> {}).build(), nothingGranted, ranges);
        mistaken.activate();
        Pool pool = mistaken.open(VIDEO);
        PoolBuffer buffer = pool.allocate(0x1000, 0x1000);
        assertThatThrownBy(() -> pool.write(buffer, 0, MemorySegment.ofArray(new byte[1])))
                .hasMessageContaining(NODE)
                .hasCauseInstanceOf(BusFault.class)
                .isInstanceOfSatisfying(HeapException.class, e -> assertThat(e.error()).isEqualTo(HeapError.FAULT));
    }

    @Test
    void aBackendThatComesBackDoesNotHandOutLiveBuffersAgain() {
        Pool old = backend.open(VIDEO);
        PoolBuffer live = old.allocate(0x1000, 0x1000);
        CarveOutBackend updated = backend();
        updated.activate();
        Pool young = updated.open(VIDEO);
        assertThat(young.allocate(0x1000, 0x1000).address(0)).isEqualTo(BASE + 0x1000);
        old.free(live);
        old.destroy();
        assertThat(young.allocate(0x1000, 0x1000).address(0)).isEqualTo(BASE);
    }

    @Test
    void configurationsComeAndGo() {
        ConfiguredCarveOut configured = configured(NODE, "trusted-ui", 0, "", "display:r");
        backend.bindCarveOut(configured);
        assertThat(backend.offers()).containsExactly(PoolOffer.serve(UseCase.TRUSTED_UI));
        assertThat(host.changes).isEqualTo(1);
        refused(HeapError.UNAVAILABLE, () -> backend.open(VIDEO));
        backend.unbindCarveOut(configured);
        assertThat(backend.offers()).containsExactly(VIDEO);
        assertThat(host.changes).isEqualTo(2);
    }

    @Test
    void configurationsNameVendorUseCasesAndHeaps() {
        backend.bindCarveOut(configured(NODE, "drm-keys", 300, "acme,keys", "crypto:rw"));
        assertThat(backend.offers()).containsExactly(PoolOffer.serve("acme,keys", new UseCase(300, "drm-keys")));
    }

    @Test
    void configurationsWithoutGrantsAreRefusedWithAReason() {
        backend.bindCarveOut(new ConfiguredCarveOut(
                new Configuration(NODE, "secure-video", 0, "", new String[0])));
        assertThat(backend.offers()).singleElement()
                .satisfies(offer -> assertThat(offer.refusal().orElseThrow().why()).contains("no grants"));
    }

    @Test
    void tellsNobodyWhenNothingChangesOrNobodyListens() {
        ConfiguredCarveOut same = configured(NODE, "secure-video", 0, "", "cpu:w", "video-decoder:rw", "display:r");
        backend.bindCarveOut(same);
        assertThat(host.changes).as("the configuration says what the tree says").isZero();
        backend.disconnected();
        backend.bindCarveOut(configured("/nowhere", "trusted-ui", 0, "", "gpu:r"));
        assertThat(host.changes).isZero();
        assertThat(backend.offers()).hasSize(2);
    }

    @Test
    void knowsConfigurationsThatWereThereBeforeIt() {
        CarveOutBackend late = backend();
        late.bindCarveOut(configured(NODE, "trusted-ui", 0, "", "display:r"));
        late.activate();
        assertThat(late.offers()).containsExactly(PoolOffer.serve(UseCase.TRUSTED_UI));
    }

    @Test
    void refusesToOpenWhatItDoesNotOffer() {
        refused(HeapError.UNAVAILABLE, () -> backend.open(PoolOffer.serve(UseCase.TRUSTED_UI)));
        refused(HeapError.UNAVAILABLE, () -> backend.open(
                PoolOffer.serve(UseCase.SECURE_VIDEO.heapName(), UseCase.TRUSTED_UI)));
    }

    @Test
    void refusesToOpenARangeThatStillServesAnotherUseCase() {
        Pool video = backend.open(VIDEO);
        PoolBuffer live = video.allocate(0x1000, 0x1000);
        backend.bindCarveOut(configured(NODE, "trusted-ui", 0, "", "display:r"));
        refused(HeapError.BUSY, () -> backend.open(PoolOffer.serve(UseCase.TRUSTED_UI)));
        video.free(live);
        video.destroy();
        backend.open(PoolOffer.serve(UseCase.TRUSTED_UI));
    }

    private static ConfiguredCarveOut configured(
            String node, String useCase, int id, String heap, String... grants) {
        return new ConfiguredCarveOut(new Configuration(node, useCase, id, heap, grants));
    }

    private static void refused(HeapError error, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(
                HeapException.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    private record Configuration(String node, String heap_use$_$case, int heap_use$_$case$_$id, String heap_name,
            String[] grants) implements CarveOutConfiguration {
        @Override
        public Class<? extends Annotation> annotationType() {
            return CarveOutConfiguration.class;
        }
    }

    private static final class Host implements BackendHost {
        private int changes;

        @Override
        public void offersChanged() {
            changes++;
        }

        @Override
        public void failed(Pool pool, String why) {
            throw new AssertionError(why);
        }

        @Override
        public void quarantined(Pool pool, long address, long size, String why) {
            throw new AssertionError(why);
        }

        @Override
        public BorrowedBuffer borrow(DmaBuf buffer) {
            throw new AssertionError("a carve-out borrows nothing");
        }
    }
}
