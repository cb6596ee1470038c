// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** What a fake does instead of its duty, method by method, until told otherwise. */
final class Script {
    private static final Object DUTY = new Object();

    private final Map<String, Callable<?>> parts = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();

    /** {@code method} throws. */
    void fail(String method, Throwable thrown) {
        parts.put(method, () -> sneak(thrown));
    }

    @SuppressWarnings("unchecked") // the type variable is erased, so that anything can be thrown
    private static <E extends Throwable> Object sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** {@code method} answers {@code answer}, also {@code null}. */
    void answer(String method, Object answer) {
        parts.put(method, () -> answer);
    }

    /** {@code method} does {@code first}, then its duty. */
    void before(String method, Runnable first) {
        parts.put(method, () -> {
            first.run();
            return DUTY;
        });
    }

    /** {@code method} waits until it is released or interrupted, then does its duty. */
    Hang hang(String method) {
        var hang = new Hang();
        before(method, hang::await);
        return hang;
    }

    /** {@code method} does its duty again. */
    void forget(String method) {
        parts.remove(method);
    }

    /** How often {@code method} was called. */
    int calls(String method) {
        return calls.getOrDefault(method, new AtomicInteger()).get();
    }

    @SuppressWarnings("unchecked") // a test that answers the wrong type sees the ClassCastException
    <T> T play(String method, Callable<T> duty) {
        calls.computeIfAbsent(method, m -> new AtomicInteger()).incrementAndGet();
        Callable<?> part = parts.get(method);
        try {
            Object answer = part == null ? DUTY : part.call();
            return answer == DUTY ? duty.call() : (T) answer;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            Script.<RuntimeException>sneak(e);
            throw new AssertionError(e);
        }
    }

    void act(String method, Runnable duty) {
        play(method, () -> {
            duty.run();
            return null;
        });
    }

    /** A call that does not return by itself. */
    static final class Hang {
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        void await() {
            entered.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted in a call that hung", e);
            }
        }

        /** Waits until the call hangs. */
        void awaitEntered() throws InterruptedException {
            entered.await();
        }

        void release() {
            released.countDown();
        }
    }
}
