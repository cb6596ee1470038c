// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * A descriptor that is closed once, and not while a call uses it: the kernel gives the number of a closed one to the next
 * file. Safe for use by any thread.
 */
public final class Handle {
    private final SystemCalls calls;
    private final String name;
    private int fd; // guarded by this; -1 once closed or given away
    private int users; // guarded by this
    private boolean closing; // guarded by this

    /**
     * Takes over a descriptor.
     *
     * @param name what messages call it
     */
    public Handle(SystemCalls calls, int fd, String name) {
        this.calls = calls;
        this.fd = fd;
        this.name = name;
    }

    /** What messages call it. */
    public String name() {
        return name;
    }

    /** The number, without a promise how long it is good for. */
    public synchronized int fd(String what) {
        if (fd < 0 || closing) {
            throw new HeapException(HeapError.CLOSED, what, name, "it was closed or given away before",
                    "keep it open until it is no longer needed");
        }
        return fd;
    }

    /** The number, which is no longer this object's to close; refused while a call uses it. */
    public synchronized int release() {
        int number = fd("give a descriptor away");
        if (users > 0) {
            throw new HeapException(HeapError.BUSY, "give a descriptor away", name, "a call uses it",
                    "wait until it is over");
        }
        fd = -1;
        return number;
    }

    /** Makes a call with the number, which is not closed before the call is over. */
    public long use(String what, LongCall call) {
        int number = acquire(what);
        try {
            return call.apply(number);
        } finally {
            giveBack();
        }
    }

    /** A call with a descriptor. */
    @FunctionalInterface
    public interface LongCall {
        /** Makes the call. */
        long apply(int fd);
    }

    /** The number, good until {@link #giveBack}. */
    public synchronized int acquire(String what) {
        int number = fd(what);
        users++;
        return number;
    }

    /** Ends an {@link #acquire}. */
    public void giveBack() {
        int toClose;
        synchronized (this) {
            toClose = --users == 0 && closing ? take() : -1;
        }
        close(toClose);
    }

    /** Whether it is closed, or will be when the last call is over, or was given away. */
    public synchronized boolean isClosing() {
        return closing || fd < 0;
    }

    /** Closes now, or when the last call is over. */
    public void close() {
        int toClose;
        synchronized (this) {
            closing = true;
            toClose = users == 0 ? take() : -1;
        }
        close(toClose);
    }

    private int take() {
        int number = fd;
        fd = -1;
        return number;
    }

    private void close(int number) {
        if (number >= 0) {
            calls.close(number);
        }
    }
}
