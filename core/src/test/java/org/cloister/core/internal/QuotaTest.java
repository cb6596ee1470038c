// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.quotas;
import static org.cloister.core.internal.World.refused;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How much bundles may allocate. */
@Timeout(60)
class QuotaTest {
    private static final String UI = "protected,trusted-ui";
    private static final long KIB4 = 4096;

    private final World world = new World();
    private final FakeBackend backend = new FakeBackend("a", PoolOffer.serve(UseCase.SECURE_VIDEO),
            PoolOffer.serve(UseCase.TRUSTED_UI));

    QuotaTest() {
        world.add(backend);
    }

    @AfterEach
    void close() {
        world.close();
        assertThat(world.core.quotas().counter(UseCase.SECURE_VIDEO)).hasValue(0);
        assertThat(world.core.quotas().counter(UseCase.TRUSTED_UI)).hasValue(0);
    }

    private Heap heap(String bundle, String name) {
        return world.heaps(bundle).find(name).orElseThrow();
    }

    private Heap video(String bundle) {
        return heap(bundle, World.VIDEO);
    }

    @Test
    void aBundlesQuotaHoldsAcrossHeaps() {
        world.core.configure(quotas(Map.of("player", 2 * KIB4), Map.of()));
        DmaBuf one = video("player").allocate(1);
        heap("player", UI).allocate(1);
        assertThat(refused(HeapError.QUOTA_EXCEEDED, () -> video("player").allocate(1)))
                .hasMessageContaining("bundle player").hasMessageContaining("8192 of 8192 bytes");
        video("other").allocate(10 * KIB4);
        one.close();
        video("player").allocate(1);
    }

    @Test
    void theRoundedSizeCounts() {
        world.core.configure(quotas(Map.of("player", KIB4), Map.of()));
        refused(HeapError.QUOTA_EXCEEDED, () -> video("player").allocate(KIB4 + 1));
        video("player").allocate(KIB4);
    }

    @Test
    void theStarStandsForEachThatIsNotNamed() {
        world.core.configure(quotas(Map.of("*", KIB4, "big", 4 * KIB4), Map.of()));
        video("one").allocate(1);
        video("two").allocate(1);
        refused(HeapError.QUOTA_EXCEEDED, () -> video("one").allocate(1));
        refused(HeapError.QUOTA_EXCEEDED, () -> video("two").allocate(1));
        video("big").allocate(4 * KIB4);
        refused(HeapError.QUOTA_EXCEEDED, () -> video("big").allocate(1));
    }

    @Test
    void aQuotaOfZeroForbids() {
        world.core.configure(quotas(Map.of("none", 0L), Map.of()));
        refused(HeapError.QUOTA_EXCEEDED, () -> video("none").allocate(1));
    }

    @Test
    void aUseCasesQuotaHoldsForAllBundlesTogether() {
        world.core.configure(quotas(Map.of(), Map.of("secure-video", 2 * KIB4)));
        video("one").allocate(1);
        DmaBuf last = video("two").allocate(1);
        assertThat(refused(HeapError.QUOTA_EXCEEDED, () -> video("one").allocate(1)))
                .hasMessageContaining("use case secure-video");
        heap("one", UI).allocate(100 * KIB4);
        last.close();
        video("one").allocate(1);
    }

    @Test
    void whereOneQuotaRefusesNoneIsCharged() {
        world.core.configure(quotas(Map.of("player", 10 * KIB4), Map.of("secure-video", KIB4)));
        refused(HeapError.QUOTA_EXCEEDED, () -> video("player").allocate(2 * KIB4));
        assertThat(world.heaps("player").owner().bytes()).hasValue(0);
        assertThat(world.core.quotas().counter(UseCase.SECURE_VIDEO)).hasValue(0);
        assertThat(backend.pools.getFirst().script.calls("allocate")).isZero();
    }

    @Test
    void aFailedAllocationCostsNothing() {
        world.core.configure(quotas(Map.of("player", KIB4), Map.of()));
        for (FakePool pool : backend.pools) {
            pool.script.fail("allocate", new HeapException(HeapError.NO_MEMORY, "allocate", "pool", "full", "free"));
        }
        refused(HeapError.NO_MEMORY, () -> video("player").allocate(1));
        backend.pools.forEach(pool -> pool.script.forget("allocate"));
        video("player").allocate(1);
    }

    @Test
    void whatThePoolGivesBeyondTheRequestIsChargedToo() {
        var generous = new FakePool(FakeBackend.RESTRICTED, 1).allocate(3 * KIB4, KIB4);
        for (FakePool pool : backend.pools) {
            pool.script.answer("allocate", generous);
            pool.script.before("free", () -> {});
            pool.script.answer("free", null);
        }
        try (DmaBuf buffer = video("player").allocate(1)) {
            assertThat(buffer.size()).isEqualTo(3 * KIB4);
            assertThat(world.heaps("player").owner().bytes()).hasValue(3 * KIB4);
        }
        assertThat(world.heaps("player").owner().bytes()).hasValue(0);
    }

    @Test
    void whoAllocatedPaysUntilTheLastReferenceIsClosed() {
        world.core.configure(quotas(Map.of("*", KIB4), Map.of()));
        DmaBuf mine = video("payer").allocate(1);
        DmaBuf theirs = world.heaps("holder").reference(mine);
        mine.close();
        refused(HeapError.QUOTA_EXCEEDED, () -> video("payer").allocate(1));
        video("holder").allocate(1);
        theirs.close();
        video("payer").allocate(1);
    }

    @Test
    void aLeakIsPaidBack() {
        world.core.configure(quotas(Map.of(), Map.of("secure-video", KIB4)));
        video("leaker").allocate(1);
        refused(HeapError.QUOTA_EXCEEDED, () -> video("other").allocate(1));
        world.stop("leaker");
        video("other").allocate(1);
    }

    @Test
    void quotasMayBeRaisedAndLoweredWhileTheyAreUsed() {
        world.core.configure(quotas(Map.of("player", KIB4), Map.of()));
        DmaBuf first = video("player").allocate(1);
        world.core.configure(quotas(Map.of("player", 2 * KIB4), Map.of()));
        DmaBuf second = video("player").allocate(1);
        world.core.configure(quotas(Map.of("player", KIB4), Map.of()));
        refused(HeapError.QUOTA_EXCEEDED, () -> video("player").allocate(1));
        first.close();
        refused(HeapError.QUOTA_EXCEEDED, () -> video("player").allocate(1));
        second.close();
        video("player").allocate(1);
    }

    @Test
    void whatWasAllocatedWithoutAQuotaCounts() {
        video("player").allocate(KIB4);
        world.core.configure(quotas(Map.of("player", KIB4), Map.of("secure-video", KIB4)));
        refused(HeapError.QUOTA_EXCEEDED, () -> video("player").allocate(1));
        refused(HeapError.QUOTA_EXCEEDED, () -> video("other").allocate(1));
    }

    @Test
    void absurdSizesDoNotOverflow() {
        var quotas = new Quotas();
        var owner = new Owner("o");
        var counter = new AtomicLong();
        quotas.limit(Map.of("o", Long.MAX_VALUE), Map.of("secure-video", Long.MAX_VALUE));
        quotas.charge(owner, UseCase.SECURE_VIDEO, counter, Long.MAX_VALUE);
        refused(HeapError.QUOTA_EXCEEDED, () -> quotas.charge(owner, UseCase.SECURE_VIDEO, counter, 1));
        quotas.limit(Map.of(), Map.of("secure-video", Long.MAX_VALUE));
        owner.bytes().set(0);
        refused(HeapError.QUOTA_EXCEEDED, () -> quotas.charge(owner, UseCase.SECURE_VIDEO, counter, 1));
        assertThat(owner.bytes()).hasValue(0);
    }

    @Test
    void aQuotaIsNeverExceededTogether() throws Exception {
        world.core.configure(quotas(Map.of(), Map.of("secure-video", 10 * KIB4)));
        var live = new AtomicLong();
        Runnable user = () -> {
            for (int i = 0; i < 1000; i++) {
                try (DmaBuf buffer = video("player").allocate(7 * KIB4)) {
                    assertThat(live.addAndGet(buffer.size())).isLessThanOrEqualTo(10 * KIB4);
                    live.addAndGet(-buffer.size());
                } catch (HeapException e) {
                    assertThat(e.error()).isEqualTo(HeapError.QUOTA_EXCEEDED);
                }
            }
        };
        video("player").allocate(1).close();
        try (var race = new Race()) {
            race.meet(user, user);
        }
    }
}
