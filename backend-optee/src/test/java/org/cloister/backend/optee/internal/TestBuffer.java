// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.BufferState;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Reservation;
import org.cloister.heap.UseCase;

/** A buffer as core makes it, as far as backends need it: freed when it is closed and nobody has borrowed it. */
public final class TestBuffer implements DmaBuf {
    private final Pool pool;
    private final PoolBuffer memory;
    private final List<TestHost.Borrowed> borrowed = new ArrayList<>(); // guarded by this, as all below
    private boolean closed;
    private boolean revoked;
    private boolean freed;

    public TestBuffer(Pool pool, long size) {
        this.pool = pool;
        this.memory = pool.allocate(size, 4096);
    }

    Pool pool() {
        return pool;
    }

    public PoolBuffer memory() {
        return memory;
    }

    public synchronized boolean isFreed() {
        return freed;
    }

    synchronized TestHost.Borrowed borrow() {
        if (closed || revoked) {
            throw new HeapException(closed ? HeapError.CLOSED : HeapError.REVOKED, "borrow", "it", "it is", "none");
        }
        var look = new TestHost.Borrowed(this);
        borrowed.add(look);
        return look;
    }

    synchronized void returned(TestHost.Borrowed look) {
        borrowed.remove(look);
        free();
    }

    private void free() {
        if (closed && borrowed.isEmpty() && !freed) {
            freed = true;
            pool.free(memory);
        }
    }

    /** As core does when the backend left: whoever has borrowed it is told, then the memory goes. */
    public void revoke() {
        List<TestHost.Borrowed> told;
        synchronized (this) {
            revoked = true;
            told = List.copyOf(borrowed);
        }
        told.forEach(TestHost.Borrowed::revoke);
        synchronized (this) {
            freed = true;
            pool.free(memory);
        }
    }

    @Override
    public long id() {
        return 7;
    }

    @Override
    public long size() {
        return memory.size();
    }

    @Override
    public BufferRecord record() {
        return new BufferRecord(pool.toString(), UseCase.SECURE_VIDEO, true, Enforcement.FIREWALL, "optee", 1);
    }

    @Override
    public synchronized BufferState state() {
        return revoked ? BufferState.REVOKED : BufferState.LIVE;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void setName(String name) {
        throw new AssertionError();
    }

    @Override
    public Reservation reservation() {
        throw new AssertionError();
    }

    @Override
    public void write(long offset, MemorySegment from) {
        throw new AssertionError();
    }

    @Override
    public void read(long offset, MemorySegment into) {
        throw new AssertionError();
    }

    @Override
    public CpuMapping map(Access access, Duration budget) {
        throw new AssertionError();
    }

    @Override
    public OptionalInt fd() {
        return OptionalInt.empty();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            free();
        }
    }
}
