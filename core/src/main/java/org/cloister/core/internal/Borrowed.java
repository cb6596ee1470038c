// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;

/** A backend's look behind a buffer; holds a reference until closed, once. */
final class Borrowed implements BorrowedBuffer, Buffer.Revocable {
    private final Buffer buffer;
    private final Pool pool;
    private final PoolBuffer memory;
    private final AtomicBoolean closed = new AtomicBoolean();
    private List<Runnable> actions = new ArrayList<>(); // guarded by this; null once revoked

    /** Takes over a reference to {@code buffer} that the caller has acquired. */
    Borrowed(Buffer buffer) {
        this.buffer = buffer;
        this.pool = buffer.tenure().pool();
        this.memory = buffer.memory();
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
        if (toRun != null) {
            toRun.forEach(Runnable::run);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            buffer.remove(this);
            buffer.release();
        }
    }
}
