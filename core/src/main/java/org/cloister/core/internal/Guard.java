// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * Calls foreign code that may throw or never return, where a change of threads for each call does not matter. The hot
 * path has {@link CallWatch} instead. Safe for use by any thread.
 *
 * <p>An interrupt of the caller does not cut the wait short, which is bounded anyway: elections run on whatever thread
 * comes along, and a backend must not be taken for a failed one because that thread was interrupted. The flag is set
 * again afterwards.
 */
final class Guard {
    private final ForeignCalls calls;

    /** @param calls where foreign code runs */
    Guard(ForeignCalls calls) {
        this.calls = calls;
    }

    /**
     * Runs {@code call} on another thread and waits.
     *
     * @param whom who is called, for the error
     * @param what what it is asked for, for the error
     * @param limit after which the thread is interrupted and left alone
     * @throws HeapException what the call threw, if it is one; {@code BACKEND_FAILED} for everything else it throws and
     *     when it does not return in time
     */
    <T> T call(String whom, String what, Duration limit, Callable<T> call) {
        var task = new FutureTask<>(call);
        if (!calls.run("cloister-call " + whom, task, TimeUnit.NANOSECONDS.convert(limit))) {
            throw failed(whom, what, "it did not return within " + limit.toMillis() + " ms", null);
        }
        if (task.state() == Future.State.SUCCESS) {
            return task.resultNow();
        }
        Throwable thrown = task.exceptionNow();
        throw thrown instanceof HeapException refusal ? refusal : failed(whom, what, "it threw " + thrown, thrown);
    }

    /** The failure of foreign code. */
    static HeapException failed(String whom, String what, String why, Throwable cause) {
        return new HeapException(HeapError.BACKEND_FAILED, what, whom, why,
                "see the log, and deploy a corrected bundle", cause);
    }
}
