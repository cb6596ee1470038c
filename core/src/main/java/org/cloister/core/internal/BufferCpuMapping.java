// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.backend.PoolMapping;
import org.cloister.heap.Access;
import org.cloister.heap.CpuMapping;

/** A CPU mapping; holds a reference and a pin of its buffer until it ends, once. */
final class BufferCpuMapping implements CpuMapping, Buffer.Revocable {
    private final BufferReference reference;
    private final PoolMapping inner;
    private final Access access;
    private final AtomicBoolean ended = new AtomicBoolean();

    BufferCpuMapping(BufferReference reference, PoolMapping inner, Access access) {
        this.reference = reference;
        this.inner = inner;
        this.access = access;
    }

    @Override
    public Access access() {
        return access;
    }

    @Override
    public MemorySegment segment() {
        return access.writes() ? inner.segment() : inner.segment().asReadOnly();
    }

    @Override
    public void close() {
        if (ended.compareAndSet(false, true)) {
            Buffer buffer = reference.buffer();
            try {
                inner.close();
            } finally {
                buffer.remove(this);
                reference.ended(this);
                buffer.unpin();
                buffer.release();
            }
        }
    }

    @Override
    public void revoke() {
        close();
    }
}
