// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.cloister.pool.LendingFixture.IDLE;
import static org.cloister.pool.LendingFixture.MIB;
import static org.cloister.pool.LendingFixture.PAGE;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.pool.TwoWorlds.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Core is told of each chunk that is lent or taken back, and of each step that failed: once, in order, and nothing else. */
class LendingTidingsTest {
    private static final String CHUNK = " 40000000+100000";
    private static final String LENT = "lent" + CHUNK;
    private static final String RECLAIMED = "reclaimed" + CHUNK;
    private static final String QUARANTINED = "quarantined" + CHUNK;

    private final LendingFixture f = LendingFixture.keepingNothing();

    private void fails() {
        assertThat(catchThrowable(() -> f.pool.allocate(PAGE, PAGE))).isNotNull();
    }

    @Test
    void aChunkIsToldOfWhenItIsLentAndWhenItIsBack() {
        PoolBuffer first = f.allocate(PAGE);
        PoolBuffer second = f.allocate(PAGE);
        f.pool.free(first);
        assertThat(f.host.told()).containsExactly(LENT);
        f.pool.free(second);
        assertThat(f.host.told()).containsExactly(RECLAIMED);
        assertThat(f.host.faults).isEmpty();
    }

    @Test
    void whatAChunkHasRoomForIsNotWorthAWord() {
        var g = new LendingFixture();
        for (int i = 0; i < 1000; i++) {
            g.pool.free(g.allocate(PAGE));
        }
        assertThat(g.host.told()).containsExactly(LENT);
        g.timer.advance(IDLE);
        assertThat(g.host.told()).containsExactly(RECLAIMED);
        g.pool.destroy();
        assertThat(g.host.told()).isEmpty();
    }

    @Test
    void theEndOfThePoolIsTold() {
        var g = new LendingFixture();
        g.pool.free(g.allocate(PAGE));
        g.pool.destroy();
        assertThat(g.host.told()).containsExactly(LENT, RECLAIMED);
    }

    @Test
    void memoryThatCannotBeTakenWasNotLent() {
        f.worlds.fail(Step.TAKE, TwoWorlds.refusal(HeapError.NO_MEMORY));
        fails();
        assertThat(f.host.told()).isEmpty();
    }

    @Test
    void aRegionThatIsKnownToBeMissingIsNotAskedFor() {
        f.worlds.regions(0);
        fails();
        assertThat(f.host.told()).isEmpty();
    }

    @Test
    void aRegionThatIsRefusedIsAFault() {
        f.worlds.regions(0);
        f.worlds.keepRegionsSecret();
        fails();
        assertThat(f.host.told()).containsExactly("not lent" + CHUNK);
    }

    @Test
    void aRefusedLendIsAFaultAndNoLend() {
        HeapException refusal = TwoWorlds.refusal(HeapError.FIRMWARE_REFUSED);
        f.worlds.fail(Step.LEND, refusal);
        fails();
        assertThat(f.host.faults).containsExactly("it could not be lent: " + refusal.getMessage());
        assertThat(f.host.told()).containsExactly("not lent" + CHUNK);
    }

    @Test
    void aDefectOfTheLenderIsNamed() {
        f.worlds.fail(Step.LEND, new IllegalStateException("broken"));
        fails();
        assertThat(f.host.faults).containsExactly("it could not be lent: java.lang.IllegalStateException: broken");
    }

    @Test
    void aLendOfUnknownOutcomeIsNeverTakenBack() {
        f.worlds.loseAnswer(Step.LEND, TwoWorlds.refusal(HeapError.TIMED_OUT));
        fails();
        assertThat(f.host.told()).containsExactly("not lent" + CHUNK, QUARANTINED);
        f.worlds.heal();
        f.pool.retryQuarantined();
        f.pool.destroy();
        assertThat(f.host.told()).isEmpty();
    }

    @Test
    void whatCannotBeAssignedIsTakenBack() {
        f.worlds.fail(Step.ASSIGN, TwoWorlds.refusal(HeapError.BUSY));
        fails();
        assertThat(f.host.told()).containsExactly(LENT, "not assigned" + CHUNK, RECLAIMED);
    }

    @Test
    void aReleaseThatIsMadeUpForIsAFaultAllTheSame() {
        f.worlds.loseAnswer(Step.RELEASE, TwoWorlds.refusal(HeapError.PROTOCOL));
        f.pool.free(f.allocate(PAGE));
        assertThat(f.host.told()).containsExactly(LENT, "not released" + CHUNK, RECLAIMED);
    }

    @Test
    void eachAttemptToReclaimIsTold() {
        f.worlds.fail(Step.RECLAIM, TwoWorlds.refusal(HeapError.BUSY));
        f.pool.free(f.allocate(PAGE));
        assertThat(f.host.told()).containsExactly(LENT, "not reclaimed" + CHUNK, QUARANTINED);
        f.pool.retryQuarantined();
        assertThat(f.host.told()).containsExactly("not reclaimed" + CHUNK);
        f.worlds.heal();
        f.pool.retryQuarantined();
        f.pool.retryQuarantined();
        assertThat(f.host.told()).containsExactly(RECLAIMED);
    }

    @Test
    void whatCannotBeGivenBackIsReclaimedOnce() {
        f.worlds.fail(Step.GIVE_BACK, TwoWorlds.refusal(HeapError.BUSY));
        f.pool.free(f.allocate(PAGE));
        assertThat(f.host.told()).containsExactly(LENT, RECLAIMED, "not given back" + CHUNK, QUARANTINED);
        f.worlds.heal();
        f.pool.retryQuarantined();
        assertThat(f.host.told()).isEmpty();
    }

    @Test
    void aLostAnswerToAReclaimIsNoReclaim() {
        f.worlds.loseAnswer(Step.RECLAIM, TwoWorlds.refusal(HeapError.FIRMWARE_DEAD));
        f.pool.free(f.allocate(PAGE));
        f.worlds.heal();
        f.pool.destroy();
        assertThat(f.host.told()).containsExactly(LENT, "not reclaimed" + CHUNK, QUARANTINED);
    }

    @ParameterizedTest
    @EnumSource(value = Step.class, names = {"RECLAIM", "GIVE_BACK"})
    void aLenderWhoseClassesAreGoneIsAFault(Step step) {
        PoolBuffer buffer = f.allocate(PAGE);
        f.host.told();
        f.worlds.hook(now -> {
            if (now == step) {
                throw new NoClassDefFoundError("gone");
            }
        });
        f.pool.free(buffer);
        assertThat(f.host.told()).endsWith(
                (step == Step.RECLAIM ? "not reclaimed" : "not given back") + CHUNK, QUARANTINED);
        assertThat(f.host.faults).singleElement().asString().contains("NoClassDefFoundError: gone");
    }

    static LongStream seeds() {
        return Seeds.of(1, 2, 3);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsToldIsWhatTheSecureWorldHas(long seed) {
        var random = new SplittableRandom(seed);
        List<PoolBuffer> live = new ArrayList<>();
        Set<String> lent = new HashSet<>();
        for (int i = 0; i < 3000; i++) {
            f.worlds.heal();
            if (random.nextInt(4) == 0) {
                f.worlds.fail(Step.values()[random.nextInt(Step.values().length)], TwoWorlds.refusal(HeapError.BUSY));
            }
            int action = random.nextInt(8);
            if (action == 0) {
                f.pool.retryQuarantined();
            } else if (action < 4 && !live.isEmpty()) {
                f.pool.free(live.remove(random.nextInt(live.size())));
            } else {
                try {
                    live.add(f.pool.allocate(random.nextLong(1, 2 * MIB), PAGE));
                } catch (HeapException e) {
                    assertThat(e.error()).isIn(HeapError.BUSY, HeapError.NO_MEMORY);
                }
            }
            follow(lent);
            assertThat(lent).as(Seeds.rerun(getClass(), seed)).hasSize(f.worlds.loans());
        }
    }

    /** A range is lent that is not lent, and reclaimed that is. */
    private void follow(Set<String> lent) {
        for (String one : f.host.told()) {
            String range = one.substring(one.lastIndexOf(' '));
            if (one.startsWith("lent ")) {
                assertThat(lent.add(range)).as(one).isTrue();
            } else if (one.startsWith("reclaimed ")) {
                assertThat(lent.remove(range)).as(one).isTrue();
            }
        }
    }

    @Test
    void threadsDoNotPutItOutOfOrder() {
        List<CompletableFuture<Void>> users = new ArrayList<>();
        for (int user = 0; user < 4; user++) {
            users.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 500; i++) {
                    f.pool.free(f.pool.allocate(MIB, PAGE));
                }
            }, task -> Thread.ofPlatform().start(task)));
        }
        users.forEach(CompletableFuture::join);
        f.pool.destroy();
        Set<String> lent = new HashSet<>();
        follow(lent);
        assertThat(lent).isEmpty();
        assertThat(f.worlds.loans()).isZero();
    }
}
