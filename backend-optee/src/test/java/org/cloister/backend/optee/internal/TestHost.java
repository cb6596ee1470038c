// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** Core, as far as a backend needs it: writes down what it is told, and looks behind {@link TestBuffer}s. */
public final class TestHost implements BackendHost {
    public record Quarantine(Pool pool, long address, long size, String why) {}

    public final List<Quarantine> quarantines = new CopyOnWriteArrayList<>();
    public final List<String> failures = new CopyOnWriteArrayList<>();

    @Override
    public void offersChanged() {
        throw new AssertionError("the offers of OP-TEE do not change");
    }

    @Override
    public void failed(Pool pool, String why) {
        failures.add(why);
    }

    @Override
    public void quarantined(Pool pool, long address, long size, String why) {
        quarantines.add(new Quarantine(pool, address, size, why));
    }

    @Override
    public BorrowedBuffer borrow(DmaBuf buffer) {
        if (!(buffer instanceof TestBuffer own)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "look behind a buffer", "it", "it is foreign", "none");
        }
        return own.borrow();
    }

    /** A look behind a buffer; counts as a reference to it. */
    static final class Borrowed implements BorrowedBuffer {
        private final TestBuffer buffer;
        private final List<Runnable> actions = new ArrayList<>(); // guarded by this
        private final AtomicBoolean closed = new AtomicBoolean();

        Borrowed(TestBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public Pool pool() {
            return buffer.pool();
        }

        @Override
        public PoolBuffer memory() {
            return buffer.memory();
        }

        @Override
        public synchronized void onRevoke(Runnable action) {
            actions.add(action);
        }

        void revoke() {
            List<Runnable> toRun;
            synchronized (this) {
                toRun = List.copyOf(actions);
            }
            toRun.forEach(Runnable::run);
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                buffer.returned(this);
            }
        }
    }
}
