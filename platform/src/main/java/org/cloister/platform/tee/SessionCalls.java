// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.tee;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The calls of a session that are under way: OPEN, then CLOSING once {@link #close} was called, until the last call is
 * over. Safe for use by any thread.
 */
@ProviderType
public final class SessionCalls {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Set<Integer> underWay = new HashSet<>(); // ids; guarded by lock
    private int last; // guarded by lock
    private boolean closing; // guarded by lock

    /** Calls of a session that is open. */
    public SessionCalls() {
    }

    /** A call under way, until it is closed. For one thread. */
    @ProviderType
    public final class Call implements AutoCloseable {
        private final int id;

        private Call(int id) {
            this.id = id;
        }

        /** {@return a number greater than zero that no other call under way in this session has} */
        public int id() {
            return id;
        }

        /** The call is over. */
        @Override
        public void close() {
            lock.lock();
            try {
                underWay.remove(id);
                if (underWay.isEmpty()) {
                    idle.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Begins a call.
     *
     * @param what what it does, for messages
     * @throws HeapException {@code CLOSED} once the session is closing
     */
    public Call begin(String what) {
        lock.lock();
        try {
            if (closing) {
                throw new HeapException(HeapError.CLOSED, what, "the session", "it was closed before",
                        "open another session");
            }
            do {
                last = last == Integer.MAX_VALUE ? 1 : last + 1;
            } while (!underWay.add(last));
            return new Call(last);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets no more calls begin, cancels those under way, and waits until they are over, also when the thread is
     * interrupted.
     *
     * @param cancel asks for the call with an id to be cancelled; the call may be over by then
     * @return whether this was the first to close; others do not wait
     */
    public boolean close(IntConsumer cancel) {
        List<Integer> toCancel;
        lock.lock();
        try {
            if (closing) {
                return false;
            }
            closing = true;
            toCancel = List.copyOf(underWay);
        } finally {
            lock.unlock();
        }
        toCancel.forEach(cancel::accept);
        awaitIdle();
        return true;
    }

    private void awaitIdle() {
        lock.lock();
        try {
            while (!underWay.isEmpty()) {
                idle.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
