// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;

/** A backend's look behind a buffer; holds a reference and a pin of it until closed, once. */
final class Borrowed implements BorrowedBuffer, Buffer.Revocable {
    private final Buffer buffer;
    private final Pool pool;
    private final PoolBuffer memory;
    private final Consumer<Runnable> runner;
    private final AtomicBoolean closed = new AtomicBoolean();
    private List<Runnable> actions = new ArrayList<>(); // guarded by this; null once revoked

    /**
     * Takes over a reference and a pin of {@code buffer} that the caller has taken.
     *
     * @param runner runs actions of the borrower when the buffer is revoked, and survives them
     */
    Borrowed(Buffer buffer, Consumer<Runnable> runner) {
        this.buffer = buffer;
        this.pool = buffer.tenure().pool();
        this.memory = buffer.memory();
        this.runner = runner;
    }

    @Override
    public Pool pool() {
        return pool;
    }

    @Override
    public PoolBuffer memory() {
        return memory;
    }

    @Override
    public void onRevoke(Runnable action) {
        synchronized (this) {
            if (actions != null) {
                actions.add(action);
                return;
            }
        }
        action.run();
    }

    @Override
    public void revoke() {
        List<Runnable> toRun;
        synchronized (this) {
            toRun = actions;
            actions = null;
        }
        toRun.forEach(runner);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            buffer.remove(this);
            buffer.unpin();
            buffer.release();
        }
    }

    @Override
    public String toString() {
        return "loan of buffer " + buffer.id();
    }
}
