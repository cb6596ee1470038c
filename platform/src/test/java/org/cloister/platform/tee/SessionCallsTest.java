// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.tee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SessionCallsTest {
    private final SessionCalls calls = new SessionCalls();

    private static void nobody(int id) {
        throw new AssertionError("call " + id + " was to be cancelled");
    }

    private void assertRefused() {
        assertThatThrownBy(() -> calls.begin("decode")).isInstanceOfSatisfying(HeapException.class, e -> {
            assertThat(e.error()).isEqualTo(HeapError.CLOSED);
            assertThat(e.what()).isEqualTo("decode");
        });
    }

    @Test
    void callsUnderWayHaveDifferentNumbersAboveZero() {
        try (SessionCalls.Call first = calls.begin("a"); SessionCalls.Call second = calls.begin("b")) {
            assertThat(first.id()).isPositive();
            assertThat(second.id()).isPositive().isNotEqualTo(first.id());
        }
    }

    @Test
    void noCallBeginsOnceClosed() {
        assertThat(calls.close(SessionCallsTest::nobody)).isTrue();
        assertRefused();
    }

    @Test
    void onlyTheFirstCloses() {
        assertThat(calls.close(SessionCallsTest::nobody)).isTrue();
        assertThat(calls.close(SessionCallsTest::nobody)).isFalse();
    }

    @Test
    void callsThatAreOverAreNotCancelled() {
        calls.begin("a").close();
        assertThat(calls.close(SessionCallsTest::nobody)).isTrue();
    }

    @Test
    void callsUnderWayAreCancelledAndWaitedFor() throws Exception {
        SessionCalls.Call first = calls.begin("a");
        SessionCalls.Call second = calls.begin("b");
        List<Integer> cancelled = new ArrayList<>();
        var bothCancelled = new CountDownLatch(2);
        CompletableFuture<Boolean> closing = CompletableFuture.supplyAsync(() -> calls.close(id -> {
            cancelled.add(id);
            bothCancelled.countDown();
        }), task -> Thread.ofVirtual().start(task));
        assertThat(bothCancelled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(cancelled).containsExactlyInAnyOrder(first.id(), second.id());
        assertRefused();
        first.close();
        assertThat(calls.close(SessionCallsTest::nobody)).as("others do not wait").isFalse();
        assertThat(closing).isNotDone();
        second.close();
        assertThat(closing.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aThreadThatIsInterruptedWaitsAllTheSame() throws Exception {
        SessionCalls.Call call = calls.begin("a");
        var cancelled = new CountDownLatch(1);
        var stillInterrupted = new CompletableFuture<Boolean>();
        Thread closer = Thread.ofPlatform().start(() -> {
            calls.close(id -> {
                cancelled.countDown();
                Thread.currentThread().interrupt();
            });
            stillInterrupted.complete(Thread.currentThread().isInterrupted());
        });
        assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
        closer.join(50);
        assertThat(stillInterrupted).isNotDone();
        call.close();
        assertThat(stillInterrupted.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCallMayEndTwice() {
        SessionCalls.Call call = calls.begin("a");
        call.close();
        call.close();
        assertThat(calls.close(SessionCallsTest::nobody)).isTrue();
    }
}
