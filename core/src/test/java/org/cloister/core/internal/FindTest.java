// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapState;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looking heaps up by name. Promise 4: a swap loses no lookup. */
@Timeout(60)
class FindTest {
    private static final UseCase KEYS = new UseCase(256, "keys");

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aHeapIsFoundByItsName() {
        world.add(FakeBackend.video("a"));
        Heap heap = world.video();
        assertThat(heap.name()).isEqualTo("protected,secure-video");
        assertThat(heap.useCase()).isEqualTo(UseCase.SECURE_VIDEO);
        assertThat(heap.backend()).isEqualTo("a");
        assertThat(heap.state()).isEqualTo(HeapState.AVAILABLE);
        assertThat(heap.attributes()).isEqualTo(FakeBackend.RESTRICTED);
        assertThat(heap).hasToString("heap protected,secure-video");
    }

    @Test
    void restrictedStandsForProtected() {
        world.add(FakeBackend.video("a"));
        assertThat(world.heaps().find("restricted,secure-video")).containsSame(world.video());
    }

    @Test
    void theBackendGivesAliases() {
        world.add(new FakeBackend("a", PoolOffer.serve(UseCase.SECURE_VIDEO).aliases("video", "mtk_cm")));
        assertThat(world.heaps().find("video")).containsSame(world.video());
        assertThat(world.heaps().find("mtk_cm")).containsSame(world.video());
        assertThat(world.heaps().list()).containsExactly(world.video());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Protected,secure-video", "protected,secure-video ", "protected", "secure-video",
        "protected,", "restricted,trusted-ui", "restricted,restricted,secure-video"})
    void otherNamesFindNothing(String name) {
        world.add(FakeBackend.video("a"));
        assertThat(world.heaps().find(name)).isEmpty();
    }

    @Test
    void beforeTheFirstBackendThereIsNothing() {
        assertThat(world.heaps().find(World.VIDEO)).isEmpty();
        assertThat(world.heaps().list()).isEmpty();
        assertThatNullPointerException().isThrownBy(() -> world.heaps().find(null));
    }

    @Test
    void aHeapThatIsOnlyRefusedIsNotFound() {
        world.add(new FakeBackend("a", PoolOffer.refuse(World.VIDEO, UseCase.SECURE_VIDEO, "no region", "free one")));
        assertThat(world.heaps().find(World.VIDEO)).isEmpty();
    }

    @Test
    void namesWinOverAliases() {
        world.add(new FakeBackend("a",
                PoolOffer.serve(UseCase.SECURE_VIDEO).aliases("keys", "shared", "protected,keys")));
        world.add(new FakeBackend("b", PoolOffer.serve("keys", KEYS).aliases("shared")));
        assertThat(world.heap("keys").backend()).isEqualTo("b");
        assertThat(world.heap("protected,keys").backend()).isEqualTo("a");
        assertThat(world.heap("shared").backend()).as("keys sorts before protected,…").isEqualTo("b");
    }

    @Test
    void aHeapThatIsReallyNamedRestrictedIsItself() {
        world.add(FakeBackend.video("a"));
        world.add(new FakeBackend("b", PoolOffer.serve("restricted,secure-video", KEYS)));
        assertThat(world.heap("restricted,secure-video").backend()).isEqualTo("b");
    }

    @Test
    void aliasesFollowTheBackend() {
        var backend = new FakeBackend("a", PoolOffer.serve(UseCase.SECURE_VIDEO).aliases("old"));
        world.add(backend);
        world.published.clear();
        backend.offer(PoolOffer.serve(UseCase.SECURE_VIDEO).aliases("new"));
        world.queue.runAll();
        assertThat(world.heaps().find("old")).isEmpty();
        assertThat(world.heaps().find("new")).containsSame(world.video());
        assertThat(world.published).as("the service's properties change").hasSize(1);
        assertThat(backend.pools).as("the pool stays").hasSize(1);
    }

    @Test
    void aBundleAlwaysSeesTheSameObject() {
        Candidate low = world.add(FakeBackend.video("low"));
        Heap heap = world.video();
        world.add(FakeBackend.video("high"), 10);
        assertThat(world.video()).isSameAs(heap);
        assertThat(world.heaps().list()).containsExactly(heap);
        world.remove(low);
        assertThat(world.video()).isSameAs(heap);
        assertThat(heap.backend()).isEqualTo("high");
    }

    @Test
    void otherBundlesSeeOtherObjects() {
        world.add(FakeBackend.video("a"));
        assertThat(world.heaps("one").find(World.VIDEO)).isPresent()
                .isNotEqualTo(world.heaps("other").find(World.VIDEO));
    }

    @Test
    void aHeapWithoutABackendIsStillFound() {
        world.remove(world.add(FakeBackend.video("a")));
        assertThat(world.video().state()).isEqualTo(HeapState.UNAVAILABLE);
        assertThat(world.heap("restricted,secure-video")).isSameAs(world.video());
    }

    @Test
    void theListIsASortedSnapshot() {
        world.add(new FakeBackend("a", PoolOffer.serve("z", KEYS), PoolOffer.serve("b", KEYS)));
        var before = world.heaps().list();
        world.add(FakeBackend.video("v"));
        assertThat(before).extracting(Heap::name).containsExactly("b", "z");
        assertThat(world.heaps().list()).extracting(Heap::name).containsExactly("b", World.VIDEO, "z");
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(before::clear);
    }

    @Test
    void theRegistryStaysWhileOnlyBackendsChange() {
        Candidate first = world.add(FakeBackend.video("a"));
        Registry registry = world.core.registry();
        world.add(FakeBackend.video("b"), 10);
        world.remove(first);
        assertThat(world.core.registry()).as("views of it need not be made anew").isSameAs(registry);
        world.add(new FakeBackend("k", PoolOffer.serve(KEYS)));
        assertThat(world.core.registry()).isNotSameAs(registry);
    }

    @Test
    void noLookupFailsDuringSwaps() throws Exception {
        world.add(FakeBackend.video("steady"));
        Heap heap = world.video();
        var done = new AtomicBoolean();
        var begun = new CountDownLatch(2);
        var lookups = new ArrayList<FutureTask<Boolean>>();
        for (int i = 0; i < 2; i++) {
            OwnedHeaps heaps = world.heaps();
            var lookup = new FutureTask<>(() -> {
                while (!done.get()) {
                    assertThat(heaps.find(World.VIDEO).orElseThrow()).isSameAs(heap);
                    assertThat(heap.state()).isEqualTo(HeapState.AVAILABLE);
                    begun.countDown();
                    Thread.yield(); // each swap needs a processor many times
                }
                return true;
            });
            Thread.ofPlatform().daemon().start(lookup);
            lookups.add(lookup);
        }
        begun.await();
        for (int round = 0; round < 100; round++) {
            Candidate passing = world.add(FakeBackend.video("passing"), 10);
            Candidate other = world.add(new FakeBackend("other", PoolOffer.serve("heap-" + round, KEYS)));
            assertThat(heap.backend()).isEqualTo("passing");
            world.remove(passing);
            world.remove(other);
        }
        done.set(true);
        for (FutureTask<Boolean> lookup : lookups) {
            assertThat(lookup.get()).isTrue();
        }
    }
}
