// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RelayTest {
    private final QueuedExecutor queue = new QueuedExecutor();
    private final Relay relay = new Relay(queue);
    private final List<Integer> done = new ArrayList<>();

    @Test
    void nothingRunsOnTheThreadThatHandsIn() {
        relay.add(() -> done.add(1));
        relay.add(() -> done.add(2));
        assertThat(done).isEmpty();
        queue.runAll();
        assertThat(done).containsExactly(1, 2);
        relay.add(() -> done.add(3));
        queue.runAll();
        assertThat(done).containsExactly(1, 2, 3);
    }

    @Test
    void whatIsHandedInMeanwhileComesAfter() {
        relay.add(() -> {
            relay.add(() -> done.add(3));
            done.add(1);
        });
        relay.add(() -> done.add(2));
        queue.runAll();
        assertThat(done).containsExactly(1, 2, 3);
    }

    @Test
    void whatThrowsDoesNotKeepTheRestFromRunning() {
        relay.add(() -> {
            throw new IllegalStateException("boom");
        });
        relay.add(() -> {
            throw new AssertionError("boom");
        });
        relay.add(() -> done.add(1));
        queue.runAll();
        assertThat(done).containsExactly(1);
    }

    @Test
    void oneAfterAnotherWhateverTheThreads() throws InterruptedException {
        int writers = 4;
        int each = 5000;
        var inside = new AtomicInteger();
        var latch = new CountDownLatch(writers * each);
        var overlaps = new AtomicInteger();
        List<List<Integer>> order = IntStream.range(0, writers).mapToObj(i -> (List<Integer>) new ArrayList<Integer>())
                .toList();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ExecutorService handing = Executors.newFixedThreadPool(writers)) {
            var shared = new Relay(threads);
            for (int writer = 0; writer < writers; writer++) {
                List<Integer> mine = order.get(writer);
                handing.execute(() -> {
                    for (int i = 0; i < each; i++) {
                        int number = i;
                        shared.add(() -> {
                            if (inside.incrementAndGet() != 1) {
                                overlaps.incrementAndGet();
                            }
                            mine.add(number);
                            inside.decrementAndGet();
                            latch.countDown();
                        });
                    }
                });
            }
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(overlaps).hasValue(0);
        assertThat(order).allSatisfy(one -> assertThat(one).hasSize(each).isSorted());
    }
}
