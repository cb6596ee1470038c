// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * Calls foreign code that may throw or never return, where a thread for each call does not matter. The hot path has
 * {@link CallWatch} instead. Safe for use by any thread.
 */
final class Guard {
    private Guard() {}

    /**
     * Runs {@code call} on a thread of its own and waits.
     *
     * @param whom who is called, for the error
     * @param what what it is asked for, for the error
     * @param limit after which the thread is interrupted and left alone
     * @throws HeapException what the call threw, if it is one; {@code BACKEND_FAILED} for everything else it throws and
     *     when it does not return in time; {@code INTERRUPTED}
     */
    static <T> T call(String whom, String what, Duration limit, Callable<T> call) {
        var task = new FutureTask<>(call);
        Thread thread = Thread.ofPlatform().daemon().name("cloister-call " + whom).start(task);
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HeapException refusal) {
                throw refusal;
            }
            throw failed(whom, what, "it threw " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            thread.interrupt();
            throw failed(whom, what, "it did not return within " + limit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new HeapException(HeapError.INTERRUPTED, what, whom, "the calling thread was interrupted",
                    "try again", e);
        }
    }

    /** The failure of foreign code. */
    static HeapException failed(String whom, String what, String why, Throwable cause) {
        return new HeapException(HeapError.BACKEND_FAILED, what, whom, why,
                "see the log, and deploy a corrected bundle", cause);
    }
}
