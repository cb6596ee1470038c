// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.descriptor.internal;

import java.util.function.Consumer;
import org.cloister.backend.linux.kernel.internal.Handle;
import org.cloister.backend.linux.kernel.internal.Refusal;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.descriptor.Descriptor;

/** A descriptor of a bundle's. Safe for use by any thread. */
final class OwnedDescriptor implements Descriptor {
    private final SystemCalls calls;
    private final Handle handle;
    private final Consumer<AutoCloseable> onClosed;

    OwnedDescriptor(SystemCalls calls, Handle handle, Consumer<AutoCloseable> onClosed) {
        this.calls = calls;
        this.handle = handle;
        this.onClosed = onClosed;
    }

    Handle handle() {
        return handle;
    }

    @Override
    public int fd() {
        return handle.fd("ask for a descriptor");
    }

    @Override
    public int release() {
        int fd = handle.release();
        onClosed.accept(this);
        return fd;
    }

    @Override
    public long size() {
        String what = "ask for the size of a buffer";
        long size = handle.use(what, calls::size);
        if (size < 0) {
            throw new Refusal(what, handle.name()).of(size);
        }
        return size;
    }

    @Override
    public long await(long budgetNanos) {
        return new Patience(calls).await(handle, "wait for a fence", budgetNanos);
    }

    @Override
    public void close() {
        handle.close();
        onClosed.accept(this);
    }

    @Override
    public String toString() {
        return handle.name();
    }
}
