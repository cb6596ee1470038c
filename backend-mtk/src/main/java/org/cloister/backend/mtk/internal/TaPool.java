// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.cloister.backend.BackendHost;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * A pool whose buffers the memory application allocates, one by one and all zeros. Nothing is asked of it before the
 * first allocation, unless somebody wants to know which of several trusted OSes guards the memory. Safe for use by any
 * thread.
 */
final class TaPool implements Pool {
    private static final long LARGEST = 0xFFFF_F000L;

    private final String name;
    private final MemoryType type;
    private final HeapAttributes attributes;
    private final TaBuffers memory;
    private final Budget budget;
    private final BackendHost host;
    private final Runnable onDestroyed;
    private final Object lock = new Object();
    private long live; // guarded by lock, as is the next
    private boolean destroyed;

    /**
     * What there is at most.
     *
     * @param capacity bytes; empty when nobody tells
     * @param unlent bytes that could still be handed over
     */
    record Budget(OptionalLong capacity, LongSupplier unlent) {}

    /**
     * Opens a pool.
     *
     * @param name what messages call it, such as the name of its heap
     * @param host told of blocks that come and go, and of memory that stays with the application
     * @param onDestroyed run once
     */
    TaPool(String name, MemoryType type, HeapAttributes attributes, TaBuffers memory, Budget budget, BackendHost host,
            Runnable onDestroyed) {
        this.name = name;
        this.type = type;
        this.attributes = attributes;
        this.memory = memory;
        this.budget = budget;
        this.host = host;
        this.onDestroyed = onDestroyed;
    }

    MemoryType type() {
        return type;
    }

    @Override
    public HeapAttributes attributes() {
        return attributes;
    }

    /**
     * {@inheritDoc} The application scatters what does not fit in one piece, so all that is free counts as one block.
     * Regions are known once contiguous memory was handed over.
     */
    @Override
    public PoolUsage usage() {
        TaBuffers.Figures figures = memory.figures();
        if (type == MemoryType.CM_TZ) {
            OptionalLong free = budget.capacity.isPresent()
                    ? OptionalLong.of(Math.max(0, budget.capacity.getAsLong() - figures.carveOut()))
                    : OptionalLong.empty();
            return new PoolUsage(budget.capacity, free, free, 0, OptionalInt.empty(),
                    OptionalInt.empty());
        }
        int left = figures.left().orElse(Integer.MAX_VALUE);
        long growth = left > 0 ? budget.unlent.getAsLong() : 0;
        long free = Math.max(0, figures.blocks() - figures.inBlocks()) + growth;
        PoolUsage usage = PoolUsage.of(figures.inBlocks() + free, free, free).quarantined(figures.quarantined());
        return figures.left().isPresent() ? usage.regions(figures.used(), left) : usage;
    }

    /**
     * {@inheritDoc}
     *
     * @throws HeapException also {@code UNAVAILABLE} without a trusted OS; {@code FIRMWARE_REFUSED} without the
     *     application, naming the uuids that were considered; {@code FIRMWARE_DEAD} when the trusted OS was restarted;
     *     {@code PROTOCOL} when an answer makes no sense; {@code BUSY}; {@code INTERRUPTED}; {@code CLOSED} after
     *     {@link #destroy}
     */
    @Override
    public PoolBuffer allocate(long size, long alignment) {
        if (size <= 0 || Long.bitCount(alignment) != 1 || alignment < 0) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "allocate", name,
                    size <= 0 ? "size %d is not greater than zero".formatted(size)
                            : "alignment %d is not a power of two".formatted(alignment),
                    "ask for a size greater than zero, at an alignment such as 4096");
        }
        synchronized (lock) {
            if (destroyed) {
                throw new HeapException(HeapError.CLOSED, "allocate", name, "the pool is destroyed", "open a new pool");
            }
            live++; // so that it is not destroyed meanwhile
        }
        boolean done = false;
        try {
            if (size > LARGEST || alignment > LARGEST) {
                throw new HeapException(HeapError.NO_MEMORY, "allocate 0x%x bytes".formatted(size), name,
                        "the memory application takes numbers of 32 bits", "ask for less than 4 GiB");
            }
            PoolBuffer buffer = memory.allocate(this, size, alignment);
            done = true;
            return buffer;
        } finally {
            if (!done) {
                release();
            }
        }
    }

    private void release() {
        synchronized (lock) {
            live--;
        }
    }

    @Override
    public void free(PoolBuffer buffer) {
        Held mine = requireLive("free", buffer);
        synchronized (lock) {
            if (!mine.isLive()) {
                throw notLive("free");
            }
            mine.freed();
        }
        Optional<String> kept = memory.free(mine);
        release();
        kept.ifPresent(why -> stays(mine, why));
    }

    /** What was freed stays with the memory application. */
    void stays(Held buffer, String why) {
        buffer.parts().forEach(part -> {
            faulted(part, "it could not be freed: " + why);
            host.quarantined(this, part.address(), part.length(), why);
        });
    }

    /** A block was handed over. */
    void lent(Segment block) {
        host.lent(this, block.address(), block.length());
    }

    /** A block came back. */
    void reclaimed(Segment block) {
        host.reclaimed(this, block.address(), block.length());
    }

    /** The application did not do what it was asked to. */
    void faulted(Segment memory, String why) {
        host.faulted(this, memory.address(), memory.length(), why);
    }

    /** A block that was handed over, or may have been, is never given back. */
    void lost(Segment block) {
        host.quarantined(this, block.address(), block.length(),
                "nobody knows whether the memory application has it");
    }

    private Held requireLive(String what, PoolBuffer buffer) {
        synchronized (lock) {
            if (buffer instanceof Held mine && mine.pool() == this && mine.isLive()) {
                return mine;
            }
        }
        throw notLive(what);
    }

    private HeapException notLive(String what) {
        return new HeapException(HeapError.INVALID_ARGUMENT, what + " a buffer", name,
                "it is not a live buffer of this pool", "use what this pool allocated, and free it once");
    }

    @Override
    public long retryQuarantined() {
        return memory.retryStuckNow();
    }

    @Override
    public void destroy() {
        synchronized (lock) {
            if (destroyed) {
                throw new HeapException(HeapError.CLOSED, "destroy", name, "the pool is destroyed", "open a new pool");
            }
            if (live > 0) {
                throw new HeapException(HeapError.BUSY, "destroy", name, live + " buffers are live", "free them first");
            }
            destroyed = true;
        }
        memory.tidy();
        onDestroyed.run();
    }

    /** {@inheritDoc} In one piece only: a parameter of a call has one address. */
    @Override
    public TeeMemory teeMemory(PoolBuffer buffer) {
        Held mine = requireLive("use in a TEE call", buffer);
        if (mine.segments() > 1) {
            throw new HeapException(HeapError.NOT_SUPPORTED, "use a buffer in a TEE call", name,
                    "it has %d pieces, and a parameter has one address".formatted(mine.segments()),
                    "free buffers, so that one in one piece can be had");
        }
        return new TeeMemory.Physical(memory.tee(), mine.address(0));
    }

    @Override
    public Optional<String> tee() {
        return memory.tee();
    }

    @Override
    public String toString() {
        return name;
    }
}
