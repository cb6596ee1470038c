// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.backend.PoolMapping;
import org.cloister.heap.Access;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.HeapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A CPU mapping; holds a reference and a pin of its buffer until it ends, once. */
final class BufferCpuMapping implements CpuMapping, Buffer.Revocable {
    private static final Logger LOG = LoggerFactory.getLogger(BufferCpuMapping.class);

    private final BufferReference reference;
    private final Access access;
    private final MemorySegment segment;
    private final AtomicReference<PoolMapping> inner; // null once ended, so that the backend's classes can go

    private BufferCpuMapping(BufferReference reference, Access access, PoolMapping inner, MemorySegment segment) {
        this.reference = reference;
        this.access = access;
        this.inner = new AtomicReference<>(inner);
        this.segment = access.writes() ? segment : segment.asReadOnly();
    }

    /** Maps the buffer of {@code reference}, which the caller has checked, referenced and pinned. */
    static BufferCpuMapping of(BufferReference reference, Access access) {
        Buffer buffer = reference.buffer();
        return buffer.heap().calls().call(buffer.tenure(), "map memory of " + buffer.heap(), () -> {
            PoolMapping inner = buffer.tenure().pool().map(buffer.memory(), access);
            try {
                MemorySegment segment = inner.segment();
                if (segment.byteSize() != buffer.size() || access.writes() && segment.isReadOnly()) {
                    throw new IllegalStateException("it mapped " + segment + " for " + buffer.size() + " bytes, "
                            + access);
                }
                return new BufferCpuMapping(reference, access, inner, segment);
            } catch (RuntimeException | Error e) {
                inner.close();
                throw e;
            }
        });
    }

    @Override
    public Access access() {
        return access;
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    /** Unmaps, without a word to the buffer; false when that was done before. */
    boolean end() {
        PoolMapping last = inner.getAndSet(null);
        if (last == null) {
            return false;
        }
        Buffer buffer = reference.buffer();
        try {
            buffer.heap().calls().call(buffer.tenure(), "unmap memory of " + buffer.heap(), () -> {
                last.close();
                return null;
            });
        } catch (HeapException e) {
            LOG.error("{} may still be mapped", reference, e);
        }
        return true;
    }

    @Override
    public void close() {
        if (end()) {
            Buffer buffer = reference.buffer();
            buffer.remove(this);
            reference.ended(this);
            buffer.unpin();
            buffer.release();
        }
    }

    @Override
    public void revoke() {
        close();
    }
}
