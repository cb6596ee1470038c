// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolMapping;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A pool over one physical range that is protected for as long as the pool lives. Each buffer is one segment;
 * allocation talks to nobody and makes no object but the buffer's. (Linux: {@code tee_protmem_static_pool_alloc}.)
 *
 * <table>
 *   <caption>Life</caption>
 *   <tr><th>state</th><th>call</th><th>next, or error</th></tr>
 *   <tr><td>OPEN</td><td>{@link #allocate}, {@link #free}, access</td><td>OPEN</td></tr>
 *   <tr><td>OPEN</td><td>{@link #destroy} with live buffers</td><td>OPEN, {@code BUSY}</td></tr>
 *   <tr><td>OPEN</td><td>{@link #destroy} without</td><td>DESTROYED; {@link PoolMemory#released()}</td></tr>
 *   <tr><td>DESTROYED</td><td>all but {@link #attributes} and {@link #usage}</td>
 *     <td>DESTROYED, {@code CLOSED} or, for buffers, {@code INVALID_ARGUMENT}</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread. One lock guards the books; it is not held while memory is touched.
 */
@ProviderType
public final class StaticPool implements Pool {
    private enum State { OPEN, DESTROYED }

    private final String name;
    private final HeapAttributes attributes;
    private final PoolMemory memory;
    private final Runnable onDestroyed;
    private final ReentrantLock lock;
    private final RangeAllocator allocator; // guarded by lock
    private State state = State.OPEN; // guarded by lock
    private int live; // guarded by lock

    /**
     * Makes a pool over a range that no other pool is opened on while this one lives. Where a backend may be replaced,
     * with buffers of the former still live, open pools with {@link StaticRanges}.
     *
     * @param name what messages call it, such as the path of a device-tree node
     * @param base the physical address of the first byte, a multiple of the attributes' granularity
     * @param size bytes, a multiple of the granularity, greater than zero
     * @param attributes what the memory is like; contiguous, with address bits that cover the range
     * @param memory reaches the memory
     * @throws HeapException {@code INVALID_ARGUMENT} when one of these does not hold
     */
    public StaticPool(String name, long base, long size, HeapAttributes attributes, PoolMemory memory) {
        this(name, new RangeBooks(name, base, size, attributes.granularity()), attributes, memory, () -> {});
    }

    StaticPool(String name, RangeBooks books, HeapAttributes attributes, PoolMemory memory, Runnable onDestroyed) {
        this.name = name;
        this.attributes = attributes;
        this.memory = Objects.requireNonNull(memory, "memory");
        this.onDestroyed = onDestroyed;
        this.lock = books.lock();
        this.allocator = books.allocator();
        if (!attributes.contiguous()) {
            throw refused("open the pool", "a static pool hands out contiguous buffers, the attributes deny it",
                    "set contiguous in the attributes");
        }
        long last = allocator.base() + allocator.size() - 1;
        if (Long.SIZE - Long.numberOfLeadingZeros(last) > attributes.addressBits()) {
            throw refused("open the pool", "the range ends at 0x%x, beyond the %d address bits of the attributes"
                    .formatted(last, attributes.addressBits()), "set the address bits to cover the range");
        }
    }

    @Override
    public HeapAttributes attributes() {
        return attributes;
    }

    @Override
    public PoolUsage usage() {
        lock.lock();
        try {
            return PoolUsage.of(allocator.size(), allocator.freeBytes(), allocator.largestFree());
        } finally {
            lock.unlock();
        }
    }

    /** The physical address of the pool's first byte. */
    public long base() {
        return allocator.base();
    }

    /** Bytes from the pool's first byte to the buffer's. */
    public long offset(PoolBuffer buffer) {
        return find("find", buffer).address() - allocator.base();
    }

    /**
     * {@inheritDoc}
     *
     * @throws HeapException also {@code CLOSED} after {@link #destroy}
     */
    @Override
    public PoolBuffer allocate(long size, long alignment) {
        lock.lock();
        try {
            requireOpen("allocate");
            long address = allocator.allocate(size, alignment);
            live++;
            return new StaticBuffer(this, address, size + allocator.pageSize() - 1 & -allocator.pageSize());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void free(PoolBuffer buffer) {
        lock.lock();
        try {
            StaticBuffer mine = requireLive("free", buffer);
            allocator.free(mine.address());
            mine.freed();
            live--;
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws HeapException {@code BUSY} while buffers are live, {@code CLOSED} when it was destroyed before
     */
    @Override
    public void destroy() {
        lock.lock();
        try {
            requireOpen("destroy");
            if (live > 0) {
                throw new HeapException(
                        HeapError.BUSY, "destroy", name, live + " buffers are live", "free them first");
            }
            state = State.DESTROYED;
        } finally {
            lock.unlock();
        }
        onDestroyed.run();
        memory.released();
    }

    @Override
    public void write(PoolBuffer buffer, long offset, MemorySegment from) {
        memory.write(address("write with the CPU", buffer, offset, from.byteSize(), Access.WRITE), from);
    }

    @Override
    public void read(PoolBuffer buffer, long offset, MemorySegment into) {
        memory.read(address("read with the CPU", buffer, offset, into.byteSize(), Access.READ), into);
    }

    @Override
    public PoolMapping map(PoolBuffer buffer, Access access) {
        long size = find("map for the CPU", buffer).size();
        return memory.map(address("map for the CPU", buffer, 0, size, access), size, access);
    }

    @Override
    public TeeMemory teeMemory(PoolBuffer buffer) {
        return memory.teeMemory(find("use in a TEE call", buffer).address());
    }

    @Override
    public String toString() {
        return name;
    }

    /** The address of a part of a live buffer that the CPU may access in that way. */
    private long address(String what, PoolBuffer buffer, long offset, long length, Access access) {
        if (access == Access.NONE || !attributes.cpuAccess().allows(access)) {
            throw new HeapException(HeapError.CPU_ACCESS_DENIED, what, name,
                    "the CPU's access is " + attributes.cpuAccess(), "let a device that has access do it");
        }
        StaticBuffer mine = find(what, buffer);
        if (offset < 0 || length < 0 || offset > mine.size() - length) {
            throw new HeapException(HeapError.OUT_OF_BOUNDS, what, name,
                    "0x%x bytes at offset 0x%x leave the buffer of 0x%x bytes".formatted(length, offset, mine.size()),
                    "stay within the buffer");
        }
        return mine.address() + offset;
    }

    private StaticBuffer find(String what, PoolBuffer buffer) {
        lock.lock();
        try {
            return requireLive(what, buffer);
        } finally {
            lock.unlock();
        }
    }

    private StaticBuffer requireLive(String what, PoolBuffer buffer) {
        if (buffer instanceof StaticBuffer mine && mine.pool() == this && mine.isLive()) {
            return mine;
        }
        throw refused(what + " a buffer", "it is not a live buffer of this pool",
                "use what this pool allocated, and free it once");
    }

    private void requireOpen(String what) {
        if (state != State.OPEN) {
            throw new HeapException(HeapError.CLOSED, what, name, "the pool is destroyed", "open a new pool");
        }
    }

    private HeapException refused(String what, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, what, name, why, remedy);
    }
}
