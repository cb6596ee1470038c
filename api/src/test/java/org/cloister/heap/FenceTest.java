// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.heap.Refusals.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FenceTest {
    private static final HeapException LOST =
            new HeapException(HeapError.FIRMWARE_DEAD, "decode", "decoder", "it hangs", "reset it");

    private final Fence fence = new Fence("flip 17");

    @Test
    void aNewFenceIsPending() {
        assertThat(fence.name()).isEqualTo("flip 17");
        assertThat(fence.isSignalled()).isFalse();
        assertThat(fence.failure()).isEmpty();
        assertThat(fence).hasToString("fence flip 17 (pending)");
        assertThatNullPointerException().isThrownBy(() -> new Fence(null));
    }

    @Test
    void itIsSignalledOnce() {
        assertThat(fence.signal()).isTrue();
        assertThat(fence.signal()).isFalse();
        assertThat(fence.fail(LOST)).isFalse();
        assertThat(fence.failure()).isEmpty();
        assertThat(fence).hasToString("fence flip 17 (signalled)");
    }

    @Test
    void aFailureIsASignal() {
        assertThat(fence.fail(LOST)).isTrue();
        assertThat(fence.signal()).isFalse();
        assertThat(fence.isSignalled()).isTrue();
        assertThat(fence.failure()).contains(LOST);
        assertThat(fence.await(5)).isEqualTo(5);
        assertThat(fence).hasToString("fence flip 17 (failed)");
    }

    @Test
    void aFailureNeedsAReason() {
        assertThatNullPointerException().isThrownBy(() -> fence.fail(null));
        assertThat(fence.isSignalled()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0})
    void withoutABudgetNobodySleepsOnAPendingFence(long budget) {
        Thread.currentThread().interrupt(); // whoever slept would throw
        assertThat(fence.await(budget)).isZero();
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1})
    void successIsNeverZero(long budget) {
        fence.signal();
        assertThat(fence.await(budget)).isOne();
    }

    @Test
    void theBudgetIsKeptWhenThereIsNothingToWaitFor() {
        fence.signal();
        assertThat(fence.await(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aBudgetRunsOut() {
        assertThat(fence.await(1_000_000)).isZero();
    }

    @Test
    void whoWaitsIsWokenWithWhatIsLeft() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var begun = new CountDownLatch(1);
            Future<Long> left = threads.submit(() -> {
                begun.countDown();
                return fence.await(TimeUnit.SECONDS.toNanos(50));
            });
            begun.await();
            fence.signal();
            assertThat(left.get()).isBetween(1L, TimeUnit.SECONDS.toNanos(50));
        }
    }

    @Test
    void anInterruptEndsTheWait() {
        Thread.currentThread().interrupt();
        HeapException e = refused(HeapError.INTERRUPTED, () -> fence.await(TimeUnit.SECONDS.toNanos(50)));
        assertThat(e.which()).isEqualTo("flip 17");
        assertThat(Thread.interrupted()).as("the flag is set again").isTrue();
    }

    @Test
    void callbacksRunAtTheSignalOrAtOnce() {
        var order = new ArrayList<String>();
        fence.onSignal(() -> order.add("first"));
        fence.onSignal(() -> order.add("second"));
        assertThat(order).isEmpty();
        fence.signal();
        fence.onSignal(() -> order.add("late"));
        fence.signal();
        assertThat(order).containsExactly("first", "second", "late");
        assertThatNullPointerException().isThrownBy(() -> fence.onSignal(null));
    }

    @Test
    void aCallbackSeesTheSignalAndMayAddAnother() {
        var seen = new ArrayList<String>();
        fence.onSignal(() -> {
            seen.add(fence.toString());
            fence.onSignal(() -> seen.add("nested"));
        });
        fence.fail(LOST);
        assertThat(seen).containsExactly("fence flip 17 (failed)", "nested");
    }

    @Test
    void aCallbackThatThrowsHarmsNobodyElse() throws InterruptedException {
        var uncaught = new AtomicReference<Throwable>();
        var ran = new AtomicInteger();
        var signalled = new AtomicReference<Boolean>();
        var boom = new IllegalStateException("boom");
        fence.onSignal(() -> {
            throw boom;
        });
        fence.onSignal(ran::incrementAndGet);
        Thread thread = Thread.ofPlatform().uncaughtExceptionHandler((t, e) -> uncaught.set(e))
                .start(() -> signalled.set(fence.signal()));
        thread.join();
        assertThat(signalled).hasValue(true);
        assertThat(ran).hasValue(1);
        assertThat(uncaught).hasValue(boom);
    }

    @Test
    void ofManySignallersOneWins() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            var contended = new Fence("round " + round);
            var ran = new AtomicInteger();
            contended.onSignal(ran::incrementAndGet);
            List<Boolean> won = together(contended::signal, () -> contended.fail(LOST));
            assertThat(won).containsExactlyInAnyOrder(true, false);
            assertThat(contended.failure().isPresent()).isEqualTo(won.get(1));
            assertThat(ran).hasValue(1);
        }
    }

    @Test
    void aCallbackAddedDuringTheSignalRunsOnce() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            var contended = new Fence("round " + round);
            var ran = new AtomicInteger();
            together(contended::signal, () -> {
                contended.onSignal(ran::incrementAndGet);
                return true;
            });
            assertThat(ran).hasValue(1);
        }
    }

    @Test
    void aWaiterNeverMissesTheSignal() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            var contended = new Fence("round " + round);
            assertThat(together(contended::signal, () -> contended.await(TimeUnit.SECONDS.toNanos(50)) > 0))
                    .containsExactly(true, true);
        }
    }

    private static List<Boolean> together(Callable<Boolean> one, Callable<Boolean> other) throws Exception {
        var barrier = new CyclicBarrier(2);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> first = threads.submit(() -> {
                barrier.await();
                return one.call();
            });
            Future<Boolean> second = threads.submit(() -> {
                barrier.await();
                return other.call();
            });
            return List.of(first.get(), second.get());
        }
    }
}
