// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.cloister.core.internal.World.VIDEO;
import static org.cloister.core.internal.World.refused;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for heaps. */
@Timeout(60)
class AvailabilityTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    private CompletableFuture<Heap> waiting(String name) {
        return world.heaps().whenAvailable(name).toCompletableFuture();
    }

    private static void expectClosed(CompletableFuture<Heap> future) {
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(future::get).havingCause()
                .isInstanceOfSatisfying(HeapException.class, e -> assertThat(e.error()).isEqualTo(HeapError.CLOSED));
    }

    @Test
    void aHeapThatIsThereIsThereAtOnce() {
        world.add(FakeBackend.video("a"));
        assertThat(world.heaps().await(VIDEO, Duration.ZERO)).isSameAs(world.video());
        assertThat(world.heaps().await("restricted,secure-video", LONG)).isSameAs(world.video());
        CompletableFuture<Heap> stage = waiting(VIDEO);
        assertThat(stage).as("completed on a thread of core's").isNotDone();
        world.queue.runAll();
        assertThat(stage).isCompletedWithValue(world.video());
    }

    @Test
    void aHeapThatComesLaterCompletesTheStage() {
        CompletableFuture<Heap> name = waiting(VIDEO);
        CompletableFuture<Heap> alias = waiting("restricted,secure-video");
        CompletableFuture<Heap> other = waiting("protected,trusted-ui");
        world.queue.runAll();
        assertThat(name).isNotDone();
        world.add(FakeBackend.video("a"));
        assertThat(name).isCompletedWithValue(world.video());
        assertThat(alias).isCompletedWithValue(world.video());
        assertThat(other).isNotDone();
    }

    @Test
    void aHeapThatIsFoundButNotServedIsWaitedFor() {
        world.remove(world.add(FakeBackend.video("a")));
        CompletableFuture<Heap> stage = waiting(VIDEO);
        world.queue.runAll();
        assertThat(stage).isNotDone();
        refused(HeapError.TIMED_OUT, () -> world.heaps().await(VIDEO, Duration.ZERO));
        world.add(FakeBackend.video("b"));
        assertThat(stage).isCompletedWithValue(world.video());
    }

    @Test
    void whoseCallbackThrowsOrHangsHurtsNobody() {
        CompletableFuture<Heap> bad = waiting(VIDEO).whenComplete((heap, e) -> {
            throw new IllegalStateException("boom");
        });
        CompletableFuture<Heap> good = waiting(VIDEO);
        world.add(FakeBackend.video("a"));
        assertThat(bad).isCompletedExceptionally();
        assertThat(good).isCompleted();
    }

    @Test
    void aStageCannotBeCompletedByItsHolder() {
        CompletableFuture<Heap> copy = waiting(VIDEO);
        copy.cancel(true);
        CompletableFuture<Heap> other = waiting(VIDEO);
        world.add(FakeBackend.video("a"));
        assertThat(other).isCompleted();
    }

    @Test
    void awaitReturnsWhenTheHeapComes() throws Exception {
        try (var threaded = World.threaded(World.settings())) {
            var wait = new FutureTask<>(() -> threaded.heaps().await(VIDEO, Duration.ofSeconds(Long.MAX_VALUE)));
            OwnedHeaps heaps = threaded.heaps();
            Thread thread = Thread.ofPlatform().daemon().start(wait);
            awaitParked(thread);
            threaded.add(FakeBackend.video("a"));
            assertThat(wait.get()).isSameAs(heaps.find(VIDEO).orElseThrow());
        }
    }

    @Test
    void aBudgetThatRunsOutGivesTheExplanation() {
        assertThat(refused(HeapError.TIMED_OUT, () -> world.heaps().await("nothing", Duration.ofMillis(1))))
                .hasMessageContaining("after 1 ms").hasMessageContaining("no backend offers it");
        world.remove(world.add(FakeBackend.video("a")));
        assertThat(refused(HeapError.TIMED_OUT, () -> world.heaps().await(VIDEO, Duration.ofNanos(1))))
                .hasMessageContaining("backend a").hasMessageContaining("has left");
    }

    @Test
    void withoutABudgetNobodySleeps() {
        Thread.currentThread().interrupt(); // whoever slept would throw
        refused(HeapError.TIMED_OUT, () -> world.heaps().await(VIDEO, Duration.ZERO));
        refused(HeapError.TIMED_OUT, () -> world.heaps().await(VIDEO, Duration.ofSeconds(Long.MIN_VALUE)));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptEndsTheWait() {
        Thread.currentThread().interrupt();
        refused(HeapError.INTERRUPTED, () -> world.heaps().await(VIDEO, LONG));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whoStopsWaitsNoLonger() throws Exception {
        CompletableFuture<Heap> mine = waiting(VIDEO);
        CompletableFuture<Heap> theirs = world.heaps("other").whenAvailable(VIDEO).toCompletableFuture();
        var error = new AtomicReference<HeapException>();
        OwnedHeaps heaps = world.heaps();
        Thread thread = Thread.ofPlatform().daemon().start(
                () -> error.set(refused(HeapError.CLOSED, () -> heaps.await(VIDEO, LONG))));
        awaitParked(thread);
        world.stop("consumer");
        thread.join();
        assertThat(error.get()).hasMessageContaining("bundle consumer");
        expectClosed(mine);
        assertThat(theirs).isNotDone();
        CompletableFuture<Heap> late = heaps.whenAvailable(VIDEO).toCompletableFuture();
        world.queue.runAll();
        expectClosed(late);
    }

    @Test
    void nobodyWaitsForACoreThatHasStopped() {
        CompletableFuture<Heap> stage = waiting(VIDEO);
        world.core.close();
        world.queue.runAll();
        expectClosed(stage);
        CompletableFuture<Heap> late = waiting(VIDEO);
        world.queue.runAll();
        expectClosed(late);
    }

    @Test
    void waitingAndComingMeet() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < 200; round++) {
                var backend = FakeBackend.video("a");
                var stage = new AtomicReference<CompletableFuture<Heap>>();
                var candidate = new AtomicReference<Candidate>();
                OwnedHeaps heaps = world.heaps();
                race.meet(() -> candidate.set(world.core.add(backend, 0, 1)),
                        () -> stage.set(heaps.whenAvailable(VIDEO).toCompletableFuture()));
                world.queue.runAll();
                assertThat(stage.get()).isCompleted();
                world.remove(candidate.get());
            }
        }
    }

    private static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }
}
