// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.DmaLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class WorkQueueTest {
    private static final int DEPTH = 3;

    private final BusDevice device = new BusDevice(
            "/soc/test@0", new Dma(new FakeMemory("test", 16), new DmaLimits(32, 1, 1, 16)));
    private final List<Integer> done = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final WorkQueue<Integer> queue = new WorkQueue<>(device, "numbers", DEPTH, this::work);

    private void work(int number) {
        if (number == 0) {
            begun.countDown();
            await(goOn);
        }
        if (number < 0) {
            throw new IllegalArgumentException("work that nobody should have given");
        }
        done.add(number);
    }

    @AfterEach
    void end() {
        goOn.countDown();
        queue.close(_ -> { }, device::end);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void add(int number) {
        queue.add("count", number, device::off);
    }

    private static void refused(HeapError error, Runnable call) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(call::run)
                .satisfies(e -> assertThat(e.error()).isEqualTo(error));
    }

    @Test
    void doesWorkInOrderAndRefusesWhatIsTooMuch() {
        add(0);
        await(begun);
        for (int i = 1; i <= DEPTH; i++) {
            add(i);
        }
        refused(HeapError.BUSY, () -> add(9));
        goOn.countDown();
        CountDownLatch idle = new CountDownLatch(1);
        device.run(idle::countDown);
        await(idle);
        assertThat(done).containsExactly(0, 1, 2, 3);
    }

    @Test
    void closingGivesUpWhatWasNotBegunAndWaitsForWhatWas() {
        add(0);
        await(begun);
        add(1);
        AtomicInteger last = new AtomicInteger(-1);
        CountDownLatch told = new CountDownLatch(1);
        List<Integer> unfinished = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> queue.close(number -> {
            unfinished.add(number);
            told.countDown();
        }, () -> last.set(done.size())));
        await(told); // at once, while the first is at work
        assertThat(closed).isNotDone();
        assertThat(last).hasValue(-1);
        refused(HeapError.CLOSED, () -> add(2));
        goOn.countDown();
        closed.join();
        assertThat(unfinished).containsExactly(1);
        assertThat(last).hasValue(1);
        queue.close(unfinished::add, () -> last.set(99));
        assertThat(unfinished).containsExactly(1);
        assertThat(last).hasValue(1);
    }

    @Test
    void whoIsToldMayClose() {
        CompletableFuture<String> unfinished = new CompletableFuture<>();
        AtomicInteger run = new AtomicInteger();
        WorkQueue<?>[] own = new WorkQueue<?>[1];
        WorkQueue<String> closing = new WorkQueue<>(device, "words", DEPTH, _ -> {
            run.incrementAndGet();
            own[0].close(word -> unfinished.complete(String.valueOf(word)), device::end);
        });
        own[0] = closing;
        add(0);
        await(begun);
        closing.add("speak", "one", device::off);
        closing.add("speak", "two", device::off);
        goOn.countDown();
        assertThat(unfinished.join()).isEqualTo("two");
        assertThat(run).hasValue(1);
    }

    @Test
    void workAfterAPieceThatThrewIsDone() {
        add(-1);
        add(4);
        CountDownLatch idle = new CountDownLatch(1);
        device.run(idle::countDown);
        await(idle);
        assertThat(done).containsExactly(4);
    }

    @Test
    void aListenerThatThrowsIsNobodysProblem() {
        device.tell(event -> {
            throw new IllegalStateException("of the test");
        }, "an event");
        device.end();
        device.run(() -> done.add(5));
        device.end();
        assertThat(done).isEmpty();
    }
}
