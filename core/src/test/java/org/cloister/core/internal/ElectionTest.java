// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.VIDEO;
import static org.cloister.core.internal.World.preferring;
import static org.cloister.core.internal.World.refused;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who serves a heap. */
class ElectionTest {
    private static final UseCase KEYS = new UseCase(256, "keys");

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    private String winner() {
        return world.video().backend();
    }

    @Test
    void theHighestRankingWins() {
        world.add(FakeBackend.video("a"), 5);
        world.add(FakeBackend.video("b"), 10);
        world.add(FakeBackend.video("c"), -1);
        assertThat(winner()).isEqualTo("b");
    }

    @Test
    void theLowestRankingThereIsDoesNotWin() {
        world.add(FakeBackend.video("least"), Integer.MIN_VALUE);
        world.add(FakeBackend.video("most"), Integer.MAX_VALUE);
        assertThat(winner()).isEqualTo("most");
        world.add(FakeBackend.video("zero"), 0);
        assertThat(winner()).isEqualTo("most");
    }

    @Test
    void ofEqualRankingsTheOldestWins() {
        Candidate oldest = world.add(FakeBackend.video("z"));
        world.add(FakeBackend.video("b"));
        world.add(FakeBackend.video("a"));
        assertThat(winner()).isEqualTo("z");
        world.remove(oldest);
        assertThat(winner()).isEqualTo("b");
    }

    @Test
    void whoIsNotTheBestIsNotOpened() {
        world.add(FakeBackend.video("a"), 1);
        var loser = FakeBackend.video("b");
        world.add(loser);
        assertThat(loser.pools).isEmpty();
    }

    @Test
    void aRankingMayChange() {
        Candidate a = world.add(FakeBackend.video("a"), 5);
        world.add(FakeBackend.video("b"), 1);
        world.core.rank(a, 0);
        assertThat(winner()).isEqualTo("b");
        world.core.rank(a, 2);
        assertThat(winner()).isEqualTo("a");
        world.queue.runAll();
    }

    @Test
    void theConfigurationOverridesTheRankingInItsOrder() {
        world.core.configure(preferring(VIDEO, "c", "b"));
        world.add(FakeBackend.video("a"), 100);
        assertThat(world.heaps().find(VIDEO)).as("only those that are named").isEmpty();
        Candidate b = world.add(FakeBackend.video("b"), 1);
        assertThat(winner()).isEqualTo("b");
        Candidate c = world.add(FakeBackend.video("c"), 0);
        assertThat(winner()).isEqualTo("c");
        world.remove(c);
        assertThat(winner()).isEqualTo("b");
        world.remove(b);
        assertThat(world.video().state()).isEqualTo(HeapState.UNAVAILABLE);
    }

    @Test
    void aChangedConfigurationCountsAtOnce() {
        world.add(FakeBackend.video("a"), 100);
        world.add(FakeBackend.video("b"), 1);
        world.core.configure(preferring(VIDEO, "b"));
        assertThat(winner()).isEqualTo("b");
        world.core.configure(preferring(VIDEO, "nobody"));
        assertThat(world.video().backend()).isEmpty();
        refused(HeapError.UNAVAILABLE, () -> {
            world.queue.runAll();
            world.video().allocate(1);
        });
        world.core.configure(World.settings());
        assertThat(winner()).isEqualTo("a");
        world.queue.runAll();
    }

    @Test
    void aConfigurationForOneHeapLeavesOthersAlone() {
        world.core.configure(preferring("protected,keys", "b"));
        world.add(new FakeBackend("a", PoolOffer.serve(UseCase.SECURE_VIDEO), PoolOffer.serve(KEYS)), 100);
        world.add(new FakeBackend("b", PoolOffer.serve(UseCase.SECURE_VIDEO), PoolOffer.serve(KEYS)));
        assertThat(winner()).isEqualTo("a");
        assertThat(world.heap("protected,keys").backend()).isEqualTo("b");
    }

    @Test
    void whoRefusesIsPassedOver() {
        var picky = new FakeBackend("picky", PoolOffer.refuse(VIDEO, UseCase.SECURE_VIDEO, "no region", "free one"));
        world.add(picky, 100);
        world.add(FakeBackend.video("b"));
        assertThat(winner()).isEqualTo("b");
        assertThat(picky.pools).isEmpty();
    }

    @Test
    void whoCannotOpenIsPassedOverUntilItsOffersChange() {
        var broken = FakeBackend.video("broken");
        broken.script.fail("open",
                new HeapException(HeapError.FIRMWARE_DEAD, "open a session", "OP-TEE", "it is silent", "reset it"));
        world.add(broken, 100);
        world.add(FakeBackend.video("b"));
        assertThat(winner()).isEqualTo("b");
        world.core.configure(World.settings());
        assertThat(broken.script.calls("open")).as("not asked again and again").isOne();
        broken.script.forget("open");
        broken.offer(PoolOffer.serve(UseCase.SECURE_VIDEO));
        world.queue.runAll();
        assertThat(winner()).isEqualTo("broken");
    }

    @Test
    void aHeapThatNobodyCanOpenIsNotThere() {
        var broken = FakeBackend.video("broken");
        broken.script.fail("open", new IllegalStateException("boom"));
        world.add(broken);
        assertThat(world.heaps().find(VIDEO)).isEmpty();
        assertThat(world.heaps().explain(VIDEO).toString()).contains("backend broken failed", "boom");
    }

    @Test
    void aNewOfferIsServedAndAWithdrawnOneIsNot() {
        var backend = new FakeBackend("a");
        world.add(backend);
        assertThat(world.heaps().list()).isEmpty();
        backend.offer(PoolOffer.serve(UseCase.SECURE_VIDEO), PoolOffer.serve(KEYS));
        assertThat(world.heaps().list()).as("core reacts on a thread of its own").isEmpty();
        world.queue.runAll();
        assertThat(world.heaps().list()).hasSize(2);
        backend.offer(PoolOffer.serve(KEYS));
        world.queue.runAll();
        assertThat(world.video().state()).isEqualTo(HeapState.UNAVAILABLE);
        assertThat(world.heap("protected,keys").state()).isEqualTo(HeapState.AVAILABLE);
        assertThat(backend.pools).hasSize(2);
    }

    @Test
    void anOfferThatBecomesARefusalIsDrained() {
        var backend = FakeBackend.video("a");
        world.add(backend);
        try (DmaBuf live = world.video().allocate(1)) {
            backend.offer(PoolOffer.refuse(VIDEO, UseCase.SECURE_VIDEO, "the region is gone", "free one"));
            world.queue.runAll();
            assertThat(world.video().state()).isEqualTo(HeapState.DRAINING);
            assertThat(refused(HeapError.DRAINING, () -> world.video().allocate(1)))
                    .hasMessageContaining("the region is gone");
            live.write(0, MemorySegment.ofArray(new byte[1]));
        }
        world.queue.runAll();
    }

    @Test
    void theFirstOfferForANameCounts() {
        world.add(new FakeBackend("a", PoolOffer.serve("h", KEYS), PoolOffer.serve("h", UseCase.TRUSTED_UI)));
        assertThat(world.heap("h").useCase()).isEqualTo(KEYS);
    }

    @Test
    void offersThatCannotBeHadLeaveThePreviousInForce() {
        var backend = FakeBackend.video("a");
        world.add(backend);
        backend.script.fail("offers", new IllegalStateException("boom"));
        backend.host().offersChanged();
        world.queue.runAll();
        assertThat(winner()).isEqualTo("a");
    }

    @Test
    void aHeapNeverChangesItsUseCase() {
        Candidate first = world.add(new FakeBackend("a", PoolOffer.serve("h", KEYS)));
        world.add(new FakeBackend("b", PoolOffer.serve("h", UseCase.TRUSTED_UI)), 10);
        assertThat(world.heap("h").backend()).isEqualTo("a");
        world.remove(first);
        assertThat(world.heap("h").state()).as("not even when it is free").isEqualTo(HeapState.UNAVAILABLE);
    }

    @Test
    void anIdBelongsToOneUseCase() {
        world.add(new FakeBackend("a", PoolOffer.serve(KEYS)));
        world.add(new FakeBackend("b", PoolOffer.serve(new UseCase(256, "other"))));
        assertThat(world.heaps().find("protected,other")).isEmpty();
    }

    @Test
    void aNameBelongsToOneUseCase() {
        world.add(new FakeBackend("a", PoolOffer.serve(KEYS)));
        world.add(new FakeBackend("b", PoolOffer.serve("h", new UseCase(257, "keys"))));
        assertThat(world.heaps().find("h")).isEmpty();
    }

    @Test
    void aRestrictedHeapStaysRestricted() {
        Candidate first = world.add(FakeBackend.video("a"));
        var open = FakeBackend.video("open").with(FakeBackend.NORMAL);
        world.add(open, 10);
        assertThat(winner()).isEqualTo("a");
        assertThat(open.pool().isDestroyed()).as("its pool was opened to find out").isTrue();
        world.remove(first);
        assertThat(world.video().state()).isEqualTo(HeapState.UNAVAILABLE);
        assertThat(open.pools).hasSize(1);
    }

    @Test
    void aNormalHeapStaysNormal() {
        world.add(new FakeBackend("a", PoolOffer.serve("system", UseCase.NONE)).with(FakeBackend.NORMAL));
        world.add(new FakeBackend("b", PoolOffer.serve("system", UseCase.NONE)), 10);
        assertThat(world.heap("system").backend()).isEqualTo("a");
    }

    @Test
    void aSuccessorMayDifferInEverythingElse() {
        world.add(FakeBackend.video("a"));
        HeapAttributes other = HeapAttributes.builder().enforcement(Enforcement.ENCRYPTION).granularity(65536)
                .cpuAccess(Access.NONE).contiguous(false).build();
        world.add(FakeBackend.video("b").with(other), 10);
        assertThat(world.video().attributes()).isEqualTo(other);
        try (DmaBuf buffer = world.video().allocate(1)) {
            assertThat(buffer.size()).isEqualTo(65536);
            assertThat(buffer.record().enforcement()).isEqualTo(Enforcement.ENCRYPTION);
        }
    }

    @Test
    void anIdIsTakenOnce() {
        world.add(FakeBackend.video("a"));
        var second = FakeBackend.video("a");
        assertThat(refused(HeapError.ALREADY_EXISTS, () -> world.core.add(second, 10, 99)))
                .hasMessageContaining("backend a");
        assertThat(second.isDisconnected()).as("who was connected is disconnected").isTrue();
        assertThat(second.violations).isEmpty();
        assertThat(second.pools).isEmpty();
    }

    @Test
    void anIdIsFreeAgainWhenItsBackendHasLeft() {
        Candidate first = world.add(FakeBackend.video("a"));
        try (DmaBuf old = world.video().allocate(1)) {
            world.remove(first);
            world.add(FakeBackend.video("a"));
            try (DmaBuf fresh = world.video().allocate(1)) {
                assertThat(old.record().generation()).isOne();
                assertThat(fresh.record().generation()).isEqualTo(2);
            }
        }
        world.queue.runAll();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void aBackendWithoutAnIdIsNotUsed(String id) {
        var nameless = FakeBackend.video(id);
        refused(HeapError.BACKEND_FAILED, () -> world.core.add(nameless, 0, 99));
        assertThat(nameless.host()).isNull();
    }

    @Test
    void offersArePutToTheVoteInTheOrderInWhichTheyWereAsked() {
        var backend = new FakeBackend("a", PoolOffer.serve(KEYS));
        backend.script.before("connected", () -> backend.offer(PoolOffer.serve(UseCase.SECURE_VIDEO)));
        world.add(backend);
        assertThat(world.heaps().list()).extracting(h -> h.name()).containsExactly(VIDEO);
    }

    @Test
    void aBackendIsAskedForNothingAfterItWasDisconnected() {
        var backend = FakeBackend.video("a");
        world.remove(world.add(backend));
        assertThat(backend.isDisconnected()).isTrue();
        backend.host().offersChanged();
        world.queue.runAll();
        assertThat(backend.violations).isEmpty();
        assertThat(world.video().state()).isEqualTo(HeapState.UNAVAILABLE);
    }

    @Test
    void aPoolIsTakenOnce() {
        var backend = new FakeBackend("a", PoolOffer.serve(UseCase.SECURE_VIDEO), PoolOffer.serve(KEYS));
        var one = new FakePool(FakeBackend.RESTRICTED, 1);
        backend.script.answer("open", one);
        world.add(backend);
        assertThat(world.heaps().list()).hasSize(1);
        assertThat(world.heaps().explain(World.VIDEO).toString()).contains("it had returned before");
        backend.pools.add(one); // for the audit: destroyed once
    }

    @Test
    void aRemovedCandidateMayBeRemovedAgain() {
        Candidate candidate = world.add(FakeBackend.video("a"));
        world.remove(candidate);
        world.remove(candidate);
        world.core.rank(candidate, 5);
        assertThat(world.heaps().list()).extracting(h -> h.state()).isEqualTo(List.of(HeapState.UNAVAILABLE));
    }
}
