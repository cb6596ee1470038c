// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.backend.mtk.internal.Fixture.MIB;
import static org.cloister.backend.mtk.internal.Fixture.refused;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The backend is stopped while buffers are live: nothing is left behind. */
class RetirementTest {
    private static final long PAGE = 4096;

    private final Fixture f = new Fixture(Optional.empty(), Numbering.CURRENT, SecureVideo.NONE, Duration.ofSeconds(1));

    @AfterEach
    void switchOff() {
        f.close();
    }

    private static void eventually(BooleanSupplier condition) {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void withoutPoolsItEndsAtOnce() {
        f.backend.retire();
        assertThat(f.ended).isTrue();
        assertThat(f.closed).isTrue();
    }

    @ParameterizedTest
    @EnumSource(MemoryType.class)
    void poolsGoOnAndGiveAllBackBeforeItEnds(MemoryType type) {
        Pool pool = f.open(type);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        f.backend.retire();
        assertThat(f.closed).as("the session is needed still").isFalse();
        pool.free(buffer);
        assertThat(f.ended).isFalse();
        pool.destroy();
        assertThat(f.taken()).as("the idle block too").isZero();
        assertThat(f.regions()).isZero();
        assertThat(f.closed).isTrue();
        assertThat(f.ended).isTrue();
    }

    /** The trusted OS goes before the last buffer is freed. */
    private void retireWithAStuckBuffer() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        f.backend.retire();
        f.current = List.of();
        pool.free(buffer);
        pool.destroy();
    }

    @Test
    void whatCannotBeGivenBackIsGivenBackWhenTheTrustedOsComes() {
        retireWithAStuckBuffer();
        assertThat(f.taken()).isEqualTo(64 * MIB);
        assertThat(f.ended).isFalse();
        f.current = List.of(f.tee.again());
        f.backend.changed();
        eventually(() -> f.ended);
        assertThat(f.taken()).isZero();
        assertThat(f.closed).isTrue();
    }

    @Test
    void aTrustedOsThatNeverComesIsNotWaitedForForEver() {
        retireWithAStuckBuffer();
        f.time.pass(Duration.ofSeconds(59));
        assertThat(f.ended).isFalse();
        f.time.pass(Duration.ofSeconds(1));
        assertThat(f.ended).isTrue();
        assertThat(f.taken()).as("nobody knows that it is safe").isEqualTo(64 * MIB);
    }

    @ParameterizedTest
    @EnumSource(MemoryType.class)
    void theSuccessorWaitsUntilTheFormerHasGivenAllBack(MemoryType type) {
        Pool former = f.open(type);
        PoolBuffer buffer = former.allocate(PAGE, PAGE);
        f.backend.retire();
        MtkBackend successor = f.successor();
        Pool pool = Fixture.open(successor, type);
        HeapException e = refused(HeapError.BUSY, () -> pool.allocate(PAGE, PAGE));
        assertThat(e.why()).contains("former driver", "before the backend was updated or restarted", "are live");
        assertThat(e.remedy()).contains("release those buffers", "heap:buffers", "drain.policies");
        former.free(buffer);
        refused(HeapError.BUSY, () -> pool.allocate(PAGE, PAGE));
        former.destroy();
        PoolBuffer own = pool.allocate(PAGE, PAGE);
        pool.free(own);
        pool.destroy();
        successor.retire();
        assertThat(f.taken()).isZero();
        assertThat(f.regions()).isZero();
    }

    @Test
    void theSuccessorOfOneThatGaveUpTouchesNothingOfIt() {
        retireWithAStuckBuffer();
        f.time.pass(Duration.ofMinutes(1));
        f.current = List.of(f.tee.again());
        Pool pool = Fixture.open(f.successor(), MemoryType.CM_CMA);
        HeapException e = refused(HeapError.BUSY, () -> pool.allocate(PAGE, PAGE));
        assertThat(e.why()).contains("before this backend was started");
        assertThat(f.taken()).as("what nobody gives back any more").isEqualTo(64 * MIB);
    }

    @Test
    void aDriverThatHasEndedSaysNothingMore() {
        TaRegions regions = f.backend.regions();
        f.backend.retire();
        refused(HeapError.CLOSED, regions::count);
    }

    @Test
    void whatWasLostIsNotWaitedFor() {
        Pool pool = f.open(MemoryType.CM_TZ);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        f.backend.retire();
        f.restartApplication(Numbering.CURRENT);
        f.current = List.of(f.tee.again());
        pool.free(buffer);
        pool.destroy();
        assertThat(f.ended).isTrue();
    }
}
