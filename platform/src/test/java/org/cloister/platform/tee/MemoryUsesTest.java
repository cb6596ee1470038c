// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.tee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MemoryUsesTest {
    private static final Runnable NOBODY = () -> {
        throw new AssertionError("the call was to be cancelled");
    };
    private static final Duration LONG = Duration.ofSeconds(30);

    private final MemoryUses uses = new MemoryUses();

    private void assertRefused(HeapError error) {
        assertThatThrownBy(() -> uses.use("buffer 7", NOBODY)).isInstanceOfSatisfying(HeapException.class, e -> {
            assertThat(e.error()).isEqualTo(error);
            assertThat(e.which()).isEqualTo("buffer 7");
        });
    }

    @Test
    void closedMemoryIsNotUsed() {
        uses.use("buffer 7", NOBODY).close();
        assertThat(uses.close()).isEqualTo(MemoryUses.End.UNUSED);
        assertRefused(HeapError.CLOSED);
    }

    @Test
    void onlyTheFirstCloses() {
        uses.close();
        assertThat(uses.close()).isEqualTo(MemoryUses.End.BEFORE);
    }

    @Test
    void revokedMemoryIsNotUsedAndCanBeClosed() {
        assertThat(uses.revoke(LONG)).isTrue();
        assertRefused(HeapError.REVOKED);
        assertThat(uses.close()).isEqualTo(MemoryUses.End.UNUSED);
        assertRefused(HeapError.CLOSED);
    }

    @Test
    void closedMemoryStaysClosedWhenItIsRevoked() {
        uses.close();
        assertThat(uses.revoke(LONG)).isTrue();
        assertRefused(HeapError.CLOSED);
    }

    @Test
    void memoryOfALostCallIsNotGivenBack() {
        try (MemoryUses.Use lost = uses.use("buffer 7", NOBODY)) {
            lost.lose();
        }
        uses.use("buffer 7", NOBODY).close();
        assertThat(uses.close()).isEqualTo(MemoryUses.End.LOST);
    }

    @Test
    void callsThatUseRevokedMemoryAreCancelled() {
        var inTime = new CompletableFuture<MemoryUses.Use>();
        inTime.complete(uses.use("buffer 7", () -> inTime.join().close()));
        assertThat(uses.revoke(LONG)).isTrue();
    }

    @Test
    void patienceEndsWithACallThatGoesOn() {
        var cancelled = new CountDownLatch(1);
        MemoryUses.Use use = uses.use("buffer 7", cancelled::countDown);
        assertThat(uses.revoke(Duration.ofMillis(1))).isFalse();
        assertThat(cancelled.getCount()).isZero();
        use.close();
        assertThat(uses.revoke(Duration.ZERO)).isTrue();
    }

    @Test
    void revocationWaitsAlsoWhenItIsInterrupted() throws Exception {
        var cancelled = new CountDownLatch(1);
        MemoryUses.Use use = uses.use("buffer 7", () -> {
            Thread.currentThread().interrupt();
            cancelled.countDown();
        });
        var over = new CompletableFuture<Boolean>();
        Thread.ofPlatform().start(() -> over.complete(uses.revoke(LONG) && Thread.currentThread().isInterrupted()));
        assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
        use.close();
        assertThat(over.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void closingWaitsForTheLastCall() throws Exception {
        MemoryUses.Use first = uses.use("buffer 7", NOBODY);
        MemoryUses.Use second = uses.use("buffer 7", NOBODY);
        var end = new CompletableFuture<MemoryUses.End>();
        Thread closer = Thread.ofPlatform().start(() -> end.complete(uses.close()));
        first.close();
        closer.join(50);
        assertThat(end).isNotDone();
        second.close();
        assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo(MemoryUses.End.UNUSED);
    }
}
