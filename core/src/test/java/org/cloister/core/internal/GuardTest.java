// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.refused;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GuardTest {
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final Guard GUARD = new Guard(ForeignCalls.machine());
    private static final Duration SHORT = Duration.ofMillis(1);

    private static <T> T call(Callable<T> call) {
        return GUARD.call("backend a", "do it", LONG, call);
    }

    @Test
    void theAnswerComesBack() {
        assertThat(call(() -> 7)).isEqualTo(7);
        assertThat(GUARD.<String>call("a", "b", Duration.ofSeconds(Long.MAX_VALUE), () -> null)).isNull();
    }

    @Test
    void theCallRunsOnAnotherThreadThatBearsItsName() {
        Thread here = Thread.currentThread();
        call(() -> {
            assertThat(Thread.currentThread()).isNotSameAs(here);
            assertThat(Thread.currentThread().isDaemon()).isTrue();
            return assertThat(Thread.currentThread().getName()).contains("backend a");
        });
    }

    @Test
    void callsAtOneTimeDoNotWaitForEachOther() {
        assertThat(call(() -> {
            Thread outer = Thread.currentThread();
            return call(() -> Thread.currentThread() != outer);
        })).isTrue();
    }

    @Test
    void nothingOfACallIsLeftOnItsThread() {
        Thread caller = Thread.currentThread();
        ClassLoader before = caller.getContextClassLoader();
        var loader = new ClassLoader() { };
        caller.setContextClassLoader(loader);
        Thread thread;
        try {
            thread = call(() -> {
                assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(loader);
                Thread.currentThread().interrupt();
                return Thread.currentThread();
            });
        } finally {
            caller.setContextClassLoader(before);
        }
        assertThat(thread.getContextClassLoader()).isNull();
        assertThat(thread.getName()).doesNotContain("backend a");
        assertThat(thread.isInterrupted()).isFalse();
    }

    @Test
    void aThreadIsKeptForTheNextCall() {
        var guard = new Guard(new MachineCalls(Duration.ofHours(1)));
        Callable<Thread> one = Thread::currentThread;
        Set<Thread> seen = new HashSet<>();
        while (seen.add(guard.call("a", "b", LONG, one))) {
            Thread.yield(); // the last one may not be waiting yet
        }
    }

    @Test
    void aThreadThatNobodyNeedsEnds() throws Exception {
        new Guard(new MachineCalls(Duration.ofMillis(1))).<Thread>call("a", "b", LONG, Thread::currentThread).join();
    }

    @Test
    void noThreadIsKeptWhenCallsAreClosed() throws Exception {
        var calls = new MachineCalls(Duration.ofHours(1));
        Callable<Thread> one = Thread::currentThread;
        Thread kept = new Guard(calls).call("a", "b", LONG, one);
        calls.close();
        kept.join();
        new Guard(calls).call("a", "b", LONG, one).join();
    }

    @Test
    void nothingOfTheCallersLeaksIntoTheThread() {
        var local = new InheritableThreadLocal<String>();
        local.set("mine");
        assertThat(GUARD.<String>call("a", "b", LONG, local::get)).isNull();
    }

    @Test
    void whatItThrowsIsItsFailure() {
        var checked = new IOException("boom");
        assertThat(refused(HeapError.BACKEND_FAILED, () -> call(() -> {
            throw checked;
        }))).hasCause(checked).hasMessageContaining("backend a").hasMessageContaining("do it")
                .hasMessageContaining("boom");
        refused(HeapError.BACKEND_FAILED, () -> call(() -> {
            throw new StackOverflowError();
        }));
    }

    @Test
    void aRefusalIsPassedOn() {
        var refusal = new HeapException(HeapError.NO_REGION, "a", "b", "c", "d");
        assertThat(refused(HeapError.NO_REGION, () -> call(() -> {
            throw refusal;
        }))).isSameAs(refusal);
    }

    @Test
    void whoDoesNotReturnIsInterrupted() throws Exception {
        var interrupted = new CountDownLatch(1);
        assertThat(refused(HeapError.BACKEND_FAILED, () -> GUARD.call("a", "b", SHORT, () -> {
            try {
                return park();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        }))).hasMessageContaining("did not return within 1 ms");
        interrupted.await();
    }

    private static boolean park() throws InterruptedException {
        new CountDownLatch(1).await();
        return true;
    }

    @Test
    void anInterruptOfTheCallerIsKeptForLater() {
        Thread.currentThread().interrupt();
        assertThat(call(() -> 7)).isEqualTo(7);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptDuringTheWaitIsKeptForLater() throws Exception {
        var entered = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var flag = new AtomicReference<Boolean>();
        var caller = new FutureTask<>(() -> {
            int answer = call(() -> {
                entered.countDown();
                go.await();
                return 7;
            });
            flag.set(Thread.currentThread().isInterrupted());
            return answer;
        });
        Thread thread = Thread.ofPlatform().daemon().start(caller);
        entered.await();
        thread.interrupt();
        go.countDown();
        assertThat(caller.get()).isEqualTo(7);
        assertThat(flag).hasValue(true);
    }

    @Test
    void anInterruptDoesNotMakeTheWaitLonger() {
        Thread.currentThread().interrupt();
        refused(HeapError.BACKEND_FAILED, () -> GUARD.call("a", "b", SHORT, GuardTest::park));
        assertThat(Thread.interrupted()).isTrue();
    }
}
