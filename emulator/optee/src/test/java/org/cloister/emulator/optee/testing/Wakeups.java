// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Notifications between threads of the trusted OS, which the normal world passes on. */
final class Wakeups {
    private static final long LIMIT_SECONDS = 60;

    private final ConcurrentMap<Long, Semaphore> sent = new ConcurrentHashMap<>();

    void await(long value) {
        try {
            if (!semaphore(value).tryAcquire(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("notification " + value + " was awaited in vain");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    void send(long value) {
        semaphore(value).release();
    }

    private Semaphore semaphore(long value) {
        return sent.computeIfAbsent(value, key -> new Semaphore(0));
    }
}
