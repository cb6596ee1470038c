// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DriverThreadTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Patience PATIENCE = Patience.of(LIMIT);

    private final List<RuntimeException> stumbles = new CopyOnWriteArrayList<>();
    private final DriverThread thread = new DriverThread("the thread under test", stumbles::add);

    @AfterEach
    void end() {
        thread.end();
    }

    @Test
    void doesWorkInTheOrderInWhichItCame() {
        List<Integer> done = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int number = i;
            assertThat(thread.run(() -> done.add(number))).isTrue();
        }
        assertThat(thread.barrier(() -> { }, PATIENCE)).isTrue();
        assertThat(done).hasSize(1000).isSorted();
    }

    @Test
    void goesOnAfterWorkThatThrows() {
        IllegalStateException thrown = new IllegalStateException("a stumble");
        thread.run(() -> {
            throw thrown;
        });
        assertThat(thread.barrier(() -> { }, PATIENCE)).isTrue();
        assertThat(stumbles).containsExactly(thrown);
    }

    @Test
    void lettingTheBarrierThrowDoesNotHoldItsCaller() {
        assertThat(thread.barrier(() -> {
            throw new IllegalStateException("in the barrier");
        }, PATIENCE)).isTrue();
        assertThat(thread.barrier(() -> { }, PATIENCE)).isTrue();
        assertThat(stumbles).hasSize(1);
    }

    @Test
    void saysWhenABarrierIsNotReachedInTime() {
        CountDownLatch held = new CountDownLatch(1);
        thread.run(() -> awaitLatch(held));
        assertThat(thread.barrier(() -> { }, Patience.of(Duration.ZERO))).isFalse();
        held.countDown();
        assertThat(thread.barrier(() -> { }, PATIENCE)).isTrue();
    }

    @Test
    void waitsForAllFencesWellOrNot() {
        Fence well = new Fence("well");
        Fence not = new Fence("not");
        AtomicInteger runs = new AtomicInteger();
        thread.after(List.of(well, not), runs::incrementAndGet);
        well.signal();
        thread.barrier(() -> { }, PATIENCE);
        assertThat(runs).hasValue(0);
        not.fail(new HeapException(HeapError.CANCELLED, "test", "a fence", "it has to", "do nothing"));
        thread.barrier(() -> { }, PATIENCE);
        assertThat(runs).hasValue(1);
    }

    @Test
    void waitsForNoFenceWhenThereIsNone() {
        AtomicInteger runs = new AtomicInteger();
        thread.after(List.of(), runs::incrementAndGet);
        thread.barrier(() -> { }, PATIENCE);
        assertThat(runs).hasValue(1);
    }

    @Test
    void doesWhatWasAcceptedAndTakesNoMoreAtItsEnd() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        thread.run(() -> awaitLatch(held));
        thread.run(done::countDown);
        thread.end();
        assertThat(thread.run(() -> { })).isFalse();
        assertThat(thread.barrier(() -> { }, PATIENCE)).isFalse();
        held.countDown();
        assertThat(done.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void runsTheLastWorkAfterAllOther() {
        List<String> done = new CopyOnWriteArrayList<>();
        thread.run(() -> done.add("first"));
        thread.end(() -> done.add("last"));
        assertThat(done).containsExactly("first", "last");
        assertThat(thread.run(() -> done.add("late"))).isFalse();
    }

    @Test
    void runsTheLastWorkAtOnceOnItsOwnThread() {
        List<String> done = new CopyOnWriteArrayList<>();
        assertThat(thread.barrier(() -> {
            thread.run(() -> done.add("accepted before"));
            thread.end(() -> done.add("last"));
            done.add("after the end");
        }, PATIENCE)).isTrue();
        thread.end(() -> done.add("never"));
        assertThat(done).startsWith("last", "after the end").doesNotContain("never");
    }

    @Test
    void runsNothingAtASecondEnd() {
        thread.end(() -> { });
        List<String> done = new CopyOnWriteArrayList<>();
        thread.end(() -> done.add("never"));
        assertThat(done).isEmpty();
    }

    @Test
    void reportsLastWorkThatThrows() {
        thread.end(() -> {
            throw new IllegalStateException("at the end");
        });
        assertThat(thread.run(() -> { })).isFalse();
        assertThat(stumbles).hasSize(1);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
