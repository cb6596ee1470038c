// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.core.internal.World.refused;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.cloister.heap.Fence;
import org.cloister.heap.Fence.Usage;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fences of a buffer. Waiting is that of Linux, dma_resv_wait_timeout. */
@Timeout(60)
class ReservationTest {
    private static final long LONG = Duration.ofSeconds(50).toNanos();

    private final BufferReservation reservation = new BufferReservation(1);
    private final Fence fence = new Fence("gpu");

    private static Stream<Arguments> usages() {
        return Arrays.stream(Usage.values())
                .flatMap(added -> Arrays.stream(Usage.values()).map(asked -> Arguments.of(added, asked)));
    }

    @ParameterizedTest
    @MethodSource("usages")
    void askingForOneUsageMeansAllBeforeIt(Usage added, Usage asked) {
        reservation.add(fence, added);
        boolean included = added.ordinal() <= asked.ordinal();
        assertThat(reservation.isIdle(asked)).isEqualTo(!included);
        assertThat(reservation.pending(asked)).isEqualTo(included ? List.of(fence) : List.of());
        assertThat(reservation.await(asked, 0)).isEqualTo(included ? 0 : 1);
    }

    @Test
    void theOrderIsThatOfLinux() {
        assertThat(Usage.values()).containsExactly(Usage.KERNEL, Usage.WRITE, Usage.READ, Usage.BOOKKEEP);
    }

    @ParameterizedTest
    @EnumSource
    void withoutFencesTheBudgetIsTheAnswer(Usage usage) {
        assertThat(reservation.await(usage, 7)).isEqualTo(7);
        assertThat(reservation.await(usage, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void withoutFencesAndBudgetTheAnswerIsOne() {
        assertThat(reservation.await(Usage.BOOKKEEP, 0)).isOne();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1000})
    void successIsNeverZero(long budget) {
        reservation.add(fence, Usage.WRITE);
        fence.signal();
        assertThat(reservation.await(Usage.WRITE, budget)).isEqualTo(Math.max(1, budget));
    }

    @Test
    void aFailedFenceIsASignalledOne() {
        reservation.add(fence, Usage.WRITE);
        fence.fail(new HeapException(HeapError.FIRMWARE_DEAD, "render", "gpu", "it hangs", "reset it"));
        assertThat(reservation.await(Usage.WRITE, 0)).isOne();
    }

    @Test
    void zeroTestsAndNeverSleeps() {
        reservation.add(fence, Usage.WRITE);
        Thread.currentThread().interrupt(); // whoever slept would throw
        assertThat(reservation.await(Usage.WRITE, 0)).isZero();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aBudgetThatRunsOutGivesZero() {
        reservation.add(fence, Usage.WRITE);
        assertThat(reservation.await(Usage.WRITE, 1_000_000)).isZero();
    }

    @Test
    void anInterruptIsAnError() {
        reservation.add(fence, Usage.WRITE);
        Thread.currentThread().interrupt();
        refused(HeapError.INTERRUPTED, () -> reservation.await(Usage.WRITE, LONG));
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE})
    void aNegativeBudgetIsRefused(long budget) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> reservation.await(Usage.WRITE, budget)))
                .hasMessageContaining(Long.toString(budget));
    }

    @Test
    void whatIsLeftComesBack() throws Exception {
        reservation.add(fence, Usage.WRITE);
        var wait = new FutureTask<>(() -> reservation.await(Usage.READ, LONG));
        Thread thread = Thread.ofPlatform().daemon().start(wait);
        awaitParked(thread);
        fence.signal();
        assertThat(wait.get()).isBetween(1L, LONG - 1);
    }

    /** Fences are signalled one after the other; a budget anew for each would never run out. */
    @Test
    void oneBudgetIsCarriedAcrossAllFences() throws Exception {
        var fences = Stream.generate(() -> new Fence("frame")).limit(20).toList();
        fences.forEach(f -> reservation.add(f, Usage.WRITE));
        long budget = Duration.ofMillis(100).toNanos();
        long begin = System.nanoTime();
        var wait = new FutureTask<>(() -> reservation.await(Usage.WRITE, budget));
        Thread.ofPlatform().daemon().start(wait);
        for (Fence each : fences.subList(0, 19)) {
            each.signal();
        }
        assertThat(wait.get()).isZero();
        assertThat(System.nanoTime() - begin).isBetween(budget, LONG);
    }

    @Test
    void budgetsShrinkFenceByFence() throws Exception {
        var second = new Fence("second");
        reservation.add(fence, Usage.WRITE);
        reservation.add(second, Usage.WRITE);
        var wait = new FutureTask<>(() -> reservation.await(Usage.WRITE, LONG));
        Thread thread = Thread.ofPlatform().daemon().start(wait);
        awaitParked(thread);
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 2_000_000) {
            Thread.onSpinWait(); // let some of the budget go by in the first fence
        }
        fence.signal();
        awaitParked(thread);
        second.signal();
        assertThat(wait.get()).isBetween(1L, LONG - 2_000_000);
    }

    @Test
    void fencesAddedDuringTheWaitAreWaitedForToo() throws Exception {
        var later = new Fence("later");
        reservation.add(fence, Usage.WRITE);
        var wait = new FutureTask<>(() -> reservation.await(Usage.WRITE, LONG));
        Thread thread = Thread.ofPlatform().daemon().start(wait);
        awaitParked(thread);
        reservation.add(later, Usage.KERNEL);
        fence.signal();
        awaitParked(thread);
        assertThat(wait.isDone()).isFalse();
        later.signal();
        assertThat(wait.get()).isPositive();
    }

    private static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void signalledFencesAreDropped() {
        for (int i = 0; i < 1000; i++) {
            var passing = new Fence("frame " + i);
            reservation.add(passing, Usage.READ);
            passing.signal();
        }
        reservation.add(fence, Usage.READ);
        assertThat(reservation.pending(Usage.READ)).containsExactly(fence);
        var done = new Fence("done");
        done.signal();
        reservation.add(done, Usage.KERNEL);
        assertThat(reservation.isIdle(Usage.WRITE)).isTrue();
    }

    @Test
    void nothingIsNull() {
        assertThatNullPointerException().isThrownBy(() -> reservation.add(null, Usage.READ));
        assertThatNullPointerException().isThrownBy(() -> reservation.add(fence, null));
    }

    @Test
    void allReferencesShareTheFences() {
        try (var world = new World()) {
            world.add(FakeBackend.video("a"));
            try (var one = world.video().allocate(1); var other = world.heaps("other").reference(one)) {
                assertThat(one.reservation()).isSameAs(other.reservation());
            }
        }
    }
}
