// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cloister.pool.LendingFixture.MIB;
import static org.cloister.pool.LendingFixture.PAGE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.pool.TwoWorlds.Step;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class LendingPoolConcurrencyTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** Holds whoever is first to reach a step until it is opened. */
    private static final class Gate {
        private final Step step;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        Gate(TwoWorlds worlds, Step step) {
            this.step = step;
            worlds.hook(this::pass);
        }

        private void pass(Step at) {
            if (at == step && open.getCount() > 0) {
                reached.countDown();
                try {
                    open.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }

        void awaitReached() throws InterruptedException {
            assertThat(reached.await(50, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void allocationsThatFitGoOnWhileAnotherLends() throws Exception {
        var f = new LendingFixture();
        PoolBuffer half = f.allocate(MIB / 2);
        var gate = new Gate(f.worlds, Step.LEND);
        Future<PoolBuffer> large = threads.submit(() -> f.pool.allocate(MIB, PAGE));
        gate.awaitReached();
        for (int i = 0; i < 100; i++) {
            f.pool.free(f.allocate(PAGE));
        }
        f.pool.free(half);
        assertThat(f.pool.usage().quarantined()).isZero();
        assertThat(large).isNotDone();
        gate.open.countDown();
        f.pool.free(large.get(50, TimeUnit.SECONDS));
    }

    @Test
    void allocationsThatFitGoOnWhileAnotherReclaims() throws Exception {
        var f = LendingFixture.keepingNothing();
        f.allocate(MIB / 2);
        PoolBuffer second = f.allocate(MIB);
        var gate = new Gate(f.worlds, Step.RECLAIM);
        Future<?> free = threads.submit(() -> f.pool.free(second));
        gate.awaitReached();
        f.pool.free(f.allocate(PAGE));
        gate.open.countDown();
        free.get(50, TimeUnit.SECONDS);
        assertThat(f.worlds.loans()).isOne();
    }

    @Test
    void twoThreadsThatNeedAChunkShareOne() throws Exception {
        var f = new LendingFixture();
        var gate = new Gate(f.worlds, Step.LEND);
        Future<PoolBuffer> first = threads.submit(() -> f.pool.allocate(PAGE, PAGE));
        gate.awaitReached();
        Future<PoolBuffer> second = threads.submit(() -> f.pool.allocate(PAGE, PAGE));
        gate.open.countDown();
        assertThat(second.get(50, TimeUnit.SECONDS).address(0))
                .isNotEqualTo(first.get(50, TimeUnit.SECONDS).address(0));
        assertThat(f.worlds.loans()).isOne();
    }

    @Test
    void firstAllocationWaitsForTheReclaimOfTheLastFree() throws Exception {
        var f = LendingFixture.keepingNothing();
        f.worlds.regions(1);
        PoolBuffer last = f.allocate(MIB);
        var gate = new Gate(f.worlds, Step.RECLAIM);
        Future<?> free = threads.submit(() -> f.pool.free(last));
        gate.awaitReached();
        Future<PoolBuffer> allocation = threads.submit(() -> f.allocate(MIB));
        assertThat(allocation).isNotDone();
        gate.open.countDown();
        free.get(50, TimeUnit.SECONDS);
        PoolBuffer next = allocation.get(50, TimeUnit.SECONDS);
        assertThat(f.worlds.isProtected(next.address(0), MIB)).isTrue();
    }

    @Test
    void aFreeDoesNotWaitForALendAndItsChunkIsTrimmedAfterwards() throws Exception {
        var f = LendingFixture.keepingNothing();
        PoolBuffer first = f.allocate(MIB);
        var gate = new Gate(f.worlds, Step.LEND);
        Future<PoolBuffer> second = threads.submit(() -> f.pool.allocate(MIB, PAGE));
        gate.awaitReached();
        f.pool.free(first);
        assertThat(f.worlds.loans()).as("left to the thread that lends").isOne();
        gate.open.countDown();
        second.get(50, TimeUnit.SECONDS);
        assertThat(f.worlds.loans()).isOne();
        assertThat(f.worlds.isProtected(first.address(0), MIB)).isFalse();
    }

    @Test
    void releasingIdleChunksDoesNotWaitForALend() throws Exception {
        var f = new LendingFixture();
        f.pool.free(f.allocate(MIB));
        var gate = new Gate(f.worlds, Step.LEND);
        Future<PoolBuffer> large = threads.submit(() -> f.pool.allocate(2 * MIB, PAGE));
        gate.awaitReached();
        assertThat(f.pool.releaseIdle()).isZero();
        gate.open.countDown();
        large.get(50, TimeUnit.SECONDS);
        assertThat(f.pool.releaseIdle()).isEqualTo(MIB);
    }

    @Test
    void whoWaitsForALendCanBeInterrupted() throws Exception {
        var f = new LendingFixture();
        var gate = new Gate(f.worlds, Step.LEND);
        Future<PoolBuffer> first = threads.submit(() -> f.pool.allocate(MIB, PAGE));
        gate.awaitReached();
        var waiting = new Thread[1];
        var started = new CountDownLatch(1);
        Future<Boolean> second = threads.submit(() -> {
            waiting[0] = Thread.currentThread();
            started.countDown();
            assertThatThrownBy(() -> f.pool.allocate(MIB, PAGE)).isInstanceOfSatisfying(HeapException.class,
                    e -> assertThat(e.error()).isEqualTo(HeapError.INTERRUPTED));
            return Thread.interrupted();
        });
        started.await();
        waiting[0].interrupt();
        assertThat(second.get(50, TimeUnit.SECONDS)).as("interrupt flag").isTrue();
        gate.open.countDown();
        first.get(50, TimeUnit.SECONDS);
        assertThat(f.worlds.loans()).isOne();
    }

    @Test
    void destroyWaitsForTheReclaimUnderWay() throws Exception {
        var f = LendingFixture.keepingNothing();
        PoolBuffer buffer = f.allocate(MIB);
        var gate = new Gate(f.worlds, Step.RECLAIM);
        Future<?> free = threads.submit(() -> f.pool.free(buffer));
        gate.awaitReached();
        Future<?> destroy = threads.submit(f.pool::destroy);
        assertThat(destroy).isNotDone();
        gate.open.countDown();
        destroy.get(50, TimeUnit.SECONDS);
        free.get(50, TimeUnit.SECONDS);
        assertThat(f.worlds.takenBytes()).isZero();
        assertThat(f.worlds.timesReleased()).isOne();
    }

    @Test
    void neighboursThatMakeRoomForEachOtherDoNotDeadlock() throws Exception {
        var worlds = new TwoWorlds(LendingFixture.BASE, 2 * MIB);
        List<LendingPool> pools = new ArrayList<>();
        var f = new LendingFixture();
        for (int i = 0; i < 2; i++) {
            pools.add(new LendingPool("heap " + i, LendingFixture.ATTRIBUTES, worlds,
                    LendingPolicy.of(MIB, PAGE).keeping(2, Duration.ofHours(1)), f.timer, f.host));
        }
        worlds.roomMaker(() -> pools.forEach(LendingPool::releaseIdle));
        List<Future<?>> runs = new ArrayList<>();
        for (LendingPool pool : pools) {
            runs.add(threads.submit(() -> {
                for (int i = 0; i < 2000; i++) {
                    try {
                        pool.free(pool.allocate(2 * MIB, PAGE));
                    } catch (HeapException e) {
                        assertThat(e.error()).isEqualTo(HeapError.NO_MEMORY);
                    }
                }
            }));
        }
        for (Future<?> run : runs) {
            run.get(50, TimeUnit.SECONDS);
        }
        pools.forEach(LendingPool::destroy);
        assertThat(worlds.takenBytes()).isZero();
    }

    static LongStream seeds() {
        return Seeds.of(1, 2, 3);
    }

    /** Four threads allocate and free, one lets time pass, one makes steps fail; nobody ever holds what is not protected. */
    @ParameterizedTest
    @MethodSource("seeds")
    void holdsItsPromisesUnderLoadAndFailure(long seed) throws Exception {
        var f = new LendingFixture(LendingPolicy.of(MIB, PAGE).growingTo(4 * MIB).keeping(1, Duration.ofMillis(1)));
        f.worlds.regions(6);
        var random = new SplittableRandom(seed);
        List<Future<?>> workers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            SplittableRandom own = random.split();
            workers.add(threads.submit(() -> work(f, own)));
        }
        SplittableRandom own = random.split();
        Future<?> trouble = threads.submit(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                Step step = Step.values()[own.nextInt(Step.values().length)];
                f.worlds.fail(step, TwoWorlds.refusal(own.nextInt(8) > 0 ? HeapError.BUSY : HeapError.PROTOCOL));
                f.timer.advance(Duration.ofNanos(own.nextInt(1_000_000)));
                f.worlds.heal();
                f.pool.retryQuarantined();
                f.pool.usage();
            }
        });
        try {
            for (Future<?> worker : workers) {
                worker.get(50, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            throw new AssertionError(Seeds.rerun(getClass(), seed) + ": " + e.getCause(), e);
        } finally {
            trouble.cancel(true);
            threads.shutdown();
            assertThat(threads.awaitTermination(50, TimeUnit.SECONDS)).isTrue();
        }
        f.worlds.heal();
        f.pool.destroy();
        assertThat(f.worlds.takenBytes()).isEqualTo(f.pool.usage().quarantined());
    }

    private static void work(LendingFixture f, SplittableRandom random) {
        List<PoolBuffer> mine = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            if (mine.size() < 8 && random.nextInt(3) > 0) {
                try {
                    mine.add(f.allocate(PAGE << random.nextInt(10)));
                } catch (HeapException e) {
                    assertThat(e.error()).isIn(HeapError.NO_MEMORY, HeapError.NO_REGION, HeapError.BUSY,
                            HeapError.PROTOCOL);
                }
            } else if (!mine.isEmpty()) {
                PoolBuffer buffer = mine.remove(random.nextInt(mine.size()));
                assertThat(f.worlds.isProtected(buffer.address(0), buffer.size())).isTrue();
                f.pool.free(buffer);
            }
        }
        mine.forEach(f.pool::free);
    }
}
