// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SystemTimerTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMillis(20);

    private final List<String> rung = new CopyOnWriteArrayList<>();

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anAlarmThatIsDueBeforeOthersWakesTheThread() throws InterruptedException {
        try (SystemTimer timer = new SystemTimer("test")) {
            timer.after(HOUR, () -> rung.add("in an hour"));
            for (String name : List.of("first", "second")) { // not both at once: who is late sets them in another order
                CountDownLatch last = new CountDownLatch(1);
                timer.after(SOON, () -> {
                    rung.add(name);
                    last.countDown();
                });
                await(last);
            }
            assertThat(rung).containsExactly("first", "second");
        }
    }

    /** The thread is not woken for the second, and must look again when the first, which is gone, would have been due. */
    @Test
    void anAlarmAfterOneThatWasCancelledIsNotForgotten() throws InterruptedException {
        try (SystemTimer timer = new SystemTimer("test")) {
            CountDownLatch last = new CountDownLatch(1);
            Timer.Alarm first = timer.after(SOON, () -> rung.add("cancelled"));
            timer.after(SOON.multipliedBy(2), last::countDown);
            first.cancel();
            first.cancel();
            await(last);
            CountDownLatch again = new CountDownLatch(1);
            timer.after(Duration.ZERO, again::countDown);
            await(again);
            assertThat(rung.size()).isLessThanOrEqualTo(1); // it may have been late to cancel, on a busy machine
        }
    }

    @Test
    void anAlarmThatFailsDoesNotStopTheClock() throws InterruptedException {
        try (SystemTimer timer = new SystemTimer("test")) {
            CountDownLatch last = new CountDownLatch(1);
            timer.after(Duration.ZERO, () -> {
                throw new IllegalStateException("on purpose");
            });
            timer.after(SOON, last::countDown);
            await(last);
        }
    }

    @Test
    void nothingHappensOnceItIsClosed() throws InterruptedException {
        SystemTimer timer = new SystemTimer("clock that is closed");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        timer.after(Duration.ZERO, () -> {
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        await(begun);
        timer.after(Duration.ZERO, () -> rung.add("waiting"));
        timer.close();
        timer.after(Duration.ZERO, () -> rung.add("late")).cancel();
        goOn.countDown();
        GpuBoard.until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("clock that is closed")));
        assertThat(rung).isEmpty();
    }
}
