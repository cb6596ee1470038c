// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several threads at one pool: no page has two owners, nothing is lost, and one wins where one may. */
class StaticPoolConcurrencyTest {
    private static final int THREADS = 4;
    private static final int PAGE = 4096;
    private static final int PAGES = 512;

    private final ArrayMemory memory = new ArrayMemory(0, 0);
    private final StaticPool pool =
            new StaticPool("contended", 0, (long) PAGES * PAGE, HeapAttributes.builder().build(), memory);
    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void stop() throws InterruptedException {
        executor.shutdownNow();
        assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void noPageHasTwoOwners() throws Exception {
        AtomicIntegerArray owners = new AtomicIntegerArray(PAGES);
        List<Integer> refusals = together(thread -> {
            SplittableRandom random = new SplittableRandom(thread);
            List<PoolBuffer> mine = new ArrayList<>();
            int refused = 0;
            for (int i = 0; i < 100_000; i++) {
                if (random.nextBoolean()) {
                    try {
                        PoolBuffer buffer = pool.allocate((long) PAGE * random.nextInt(1, 16), PAGE);
                        own(owners, buffer, 0, thread);
                        mine.add(buffer);
                    } catch (HeapException e) {
                        assertThat(e.error()).isEqualTo(HeapError.NO_MEMORY);
                        refused++;
                    }
                } else if (!mine.isEmpty()) {
                    PoolBuffer buffer = mine.remove(random.nextInt(mine.size()));
                    own(owners, buffer, thread, 0);
                    pool.free(buffer);
                }
            }
            for (PoolBuffer buffer : mine) {
                own(owners, buffer, thread, 0);
                pool.free(buffer);
            }
            return refused;
        });
        assertThat(refusals.stream().mapToInt(Integer::intValue).sum()).as("the pool ran full at times").isPositive();
        assertThat(pool.usage().largestFree()).hasValue((long) PAGES * PAGE);
        pool.destroy();
    }

    @Test
    void oneOfManyFreesABuffer() throws Exception {
        for (int round = 0; round < 500; round++) {
            PoolBuffer buffer = pool.allocate(PAGE, PAGE);
            List<Boolean> freed = together(thread -> succeeds(HeapError.INVALID_ARGUMENT, () -> pool.free(buffer)));
            assertThat(freed).containsOnlyOnce(true);
        }
        assertThat(pool.usage().free()).hasValue((long) PAGES * PAGE);
    }

    @Test
    void oneOfManyDestroysThePool() throws Exception {
        for (int round = 0; round < 500; round++) {
            ArrayMemory own = new ArrayMemory(0, 0);
            StaticPool raced = new StaticPool("raced", 0, PAGE, HeapAttributes.builder().build(), own);
            List<Boolean> destroyed = together(thread -> succeeds(HeapError.CLOSED, raced::destroy));
            assertThat(destroyed).containsOnlyOnce(true);
            assertThat(own.released).hasValue(1);
        }
    }

    @Test
    void aPoolIsDestroyedOrAllocatedFromButNotBoth() throws Exception {
        for (int round = 0; round < 500; round++) {
            ArrayMemory own = new ArrayMemory(0, 0);
            StaticPool raced = new StaticPool("raced", 0, PAGE, HeapAttributes.builder().build(), own);
            List<Boolean> done = together(thread -> switch (thread) {
                case 1 -> succeeds(HeapError.BUSY, raced::destroy);
                case 2 -> succeeds(HeapError.CLOSED, () -> raced.allocate(PAGE, PAGE));
                default -> false;
            });
            assertThat(done).containsOnlyOnce(true);
            assertThat(own.released).hasValue(done.getFirst() ? 1 : 0);
        }
    }

    private static void own(AtomicIntegerArray owners, PoolBuffer buffer, int from, int to) {
        int first = (int) (buffer.address(0) / PAGE);
        for (int page = first; page < first + buffer.size() / PAGE; page++) {
            if (!owners.compareAndSet(page, from, to)) {
                throw new AssertionError("page %d of owner %d goes from %d to %d"
                        .formatted(page, owners.get(page), from, to));
            }
        }
    }

    private static boolean succeeds(HeapError otherwise, Runnable call) {
        try {
            call.run();
            return true;
        } catch (HeapException e) {
            assertThat(e.error()).isEqualTo(otherwise);
            return false;
        }
    }

    private interface Task<T> {
        T run(int thread) throws Exception;
    }

    /** Runs a task in all threads at once; they are numbered from 1. */
    private <T> List<T> together(Task<T> task) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Callable<T>> tasks = new ArrayList<>();
        for (int thread = 1; thread <= THREADS; thread++) {
            int number = thread;
            tasks.add(() -> {
                start.await(60, TimeUnit.SECONDS);
                return task.run(number);
            });
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : executor.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
            results.add(future.get());
        }
        return results;
    }
}
