// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.heap.Heap;
import org.junit.jupiter.api.Test;

class HeapSettlingTest extends FrameworkCase {
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration ENOUGH = Duration.ofSeconds(60);

    private void provide(boolean available) {
        register(Heap.class.getName(), this, Map.of(Heap.NAME, "h", Heap.AVAILABLE, available));
    }

    @Test
    void endsWhenAHeapIsAvailableAndNothingChanges() {
        provide(true);

        CompletableFuture<Void> settled =
                CompletableFuture.runAsync(() -> new HeapSettling(context(), SHORT, LONG).await(() -> false));

        assertThat(settled).succeedsWithin(ENOUGH);
    }

    @Test
    void endsWhenItIsEnough() {
        AtomicBoolean asked = new AtomicBoolean();

        new HeapSettling(context(), LONG, LONG).await(() -> {
            asked.set(true);
            return true;
        });

        assertThat(asked).isTrue();
    }

    @Test
    void looksAgainWhenAHeapComes() throws InterruptedException {
        CountDownLatch waiting = new CountDownLatch(1);
        AtomicBoolean came = new AtomicBoolean();
        CompletableFuture<Void> settled = CompletableFuture.runAsync(() ->
                new HeapSettling(context(), LONG, LONG).await(() -> {
                    waiting.countDown();
                    return came.get();
                }));
        waiting.await();

        came.set(true);
        provide(true);

        assertThat(settled).succeedsWithin(ENOUGH);
    }

    @Test
    void endsWithPatienceWhenNoHeapIsAvailable() {
        provide(false);

        CompletableFuture<Void> settled =
                CompletableFuture.runAsync(() -> new HeapSettling(context(), SHORT, SHORT).await(() -> false));

        assertThat(settled).succeedsWithin(ENOUGH);
    }

    @Test
    void interruption() {
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> new HeapSettling(context(), LONG, LONG).await(() -> false));
        assertThat(Thread.interrupted()).isTrue();
    }
}
