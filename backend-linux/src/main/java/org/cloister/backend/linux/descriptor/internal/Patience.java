// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.descriptor.internal;

import java.util.concurrent.TimeUnit;
import org.cloister.backend.linux.kernel.internal.Errno;
import org.cloister.backend.linux.kernel.internal.Handle;
import org.cloister.backend.linux.kernel.internal.Refusal;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * Waits for descriptors. A system call that waits notices neither an interrupt nor a close by another thread, so that it
 * waits in slices.
 */
record Patience(SystemCalls calls) {
    private static final int SLICE_MILLIS = 50;

    /**
     * Waits until a descriptor can be read from.
     *
     * @param budgetNanos the longest time; zero or less tests only
     * @return what is left, and at least 1; 0 when the budget ran out
     * @throws HeapException {@code CLOSED}, {@code INTERRUPTED}, which sets the thread's flag again
     */
    long await(Handle handle, String what, long budgetNanos) {
        int fd = handle.acquire(what);
        try {
            long start = System.nanoTime();
            while (true) {
                long left = budgetNanos - (System.nanoTime() - start);
                int slice = left <= 0 ? 0
                        : (int) Math.min(SLICE_MILLIS, Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
                int ready = calls.poll(fd, slice);
                if (ready > 0) {
                    return Math.max(1, budgetNanos - (System.nanoTime() - start));
                }
                if (ready < 0 && Errno.of(ready) != Errno.EINTR) {
                    throw new Refusal(what, handle.name()).of(ready);
                }
                if (left <= 0) {
                    return 0;
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new HeapException(HeapError.INTERRUPTED, what, handle.name(), "the thread was interrupted",
                            "try again");
                }
                if (handle.isClosing()) {
                    handle.fd(what);
                }
            }
        } finally {
            handle.giveBack();
        }
    }
}
