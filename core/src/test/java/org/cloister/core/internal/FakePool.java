// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolMapping;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.SecureCopier;
import org.cloister.heap.Access;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Segment;

/**
 * A pool that only counts: addresses go up and are never used twice. It keeps its side of the contract as strictly as
 * it can, and notes whoever breaks the other.
 */
final class FakePool implements Pool {
    static final long CAPACITY = 1L << 30;
    static final long BASE = 0x4000_0000L;

    final Script script = new Script();
    /** Names that buffers were given, in order. */
    final List<String> names = new CopyOnWriteArrayList<>();
    final List<String> violations = new CopyOnWriteArrayList<>();
    final AtomicLong quarantined = new AtomicLong();
    final AtomicInteger mappings = new AtomicInteger();
    private final HeapAttributes attributes;
    private final int pieces;
    private final AtomicLong next = new AtomicLong(BASE);
    private final AtomicLong used = new AtomicLong();
    private final Set<PoolBuffer> live = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean destroyed = new AtomicBoolean();

    /** @param pieces how many segments a buffer has, where its size allows */
    FakePool(HeapAttributes attributes, int pieces) {
        this.attributes = attributes;
        this.pieces = pieces;
    }

    int live() {
        return live.size();
    }

    boolean isDestroyed() {
        return destroyed.get();
    }

    private void require(boolean kept, String what) {
        if (!kept) {
            violations.add(what);
        }
    }

    @Override
    public HeapAttributes attributes() {
        return script.play("attributes", () -> attributes);
    }

    @Override
    public PoolUsage usage() {
        return script.play("usage", () -> {
            require(!destroyed.get(), "usage after destroy");
            long free = CAPACITY - used.get();
            return PoolUsage.of(CAPACITY, free, free).regions(1, 8).quarantined(quarantined.get());
        });
    }

    @Override
    public PoolBuffer allocate(long size, long alignment) {
        return script.play("allocate", () -> {
            require(!destroyed.get(), "allocate after destroy");
            require(size > 0 && size % attributes.granularity() == 0, "size " + size);
            require(alignment >= attributes.granularity() && Long.bitCount(alignment) == 1, "alignment " + alignment);
            if (used.addAndGet(size) > CAPACITY) {
                used.addAndGet(-size);
                throw new HeapException(HeapError.NO_MEMORY, "allocate " + size + " bytes", "the fake pool",
                        "it is full", "free some");
            }
            var made = new FakeBuffer(script, pieces(size, alignment), MemorySegment.ofArray(new byte[(int) size]));
            live.add(made);
            return made;
        });
    }

    private List<Segment> pieces(long size, long alignment) {
        var made = new ArrayList<Segment>();
        long granularity = attributes.granularity();
        long piece = Math.max(granularity, size / pieces / granularity * granularity);
        for (long rest = size; rest > 0;) {
            long length = made.size() == pieces - 1 ? rest : Math.min(rest, piece);
            long end = next.updateAndGet(n -> (n + alignment - 1 & -alignment) + size + alignment); // a gap behind each
            made.add(new Segment(end - size - alignment, length, Access.READ_WRITE));
            rest -= length;
        }
        return made;
    }

    @Override
    public void free(PoolBuffer buffer) {
        script.act("free", () -> {
            require(!destroyed.get(), "free after destroy");
            require(live.remove(buffer), "freed twice: " + buffer);
            used.addAndGet(-((FakeBuffer) buffer).bytes().byteSize());
        });
    }

    @Override
    public long retryQuarantined() {
        return script.play("retryQuarantined", () -> {
            require(!destroyed.get(), "a retry after destroy");
            return quarantined.getAndSet(0);
        });
    }

    @Override
    public void name(PoolBuffer buffer, String name) {
        script.act("name", () -> {
            require(live.contains(buffer), "name of a buffer that is not live");
            names.add(name);
        });
    }

    @Override
    public Optional<SecureCopier> copier() {
        return script.play("copier", () -> attributes.movable() ? Optional.of(new FakeCopier()) : Optional.empty());
    }

    private final class FakeCopier implements SecureCopier {
        @Override
        public boolean reaches(Pool target) {
            return script.play("reaches", () -> target instanceof FakePool && target != FakePool.this);
        }

        @Override
        public void copy(PoolBuffer from, Pool target, PoolBuffer to) {
            script.act("copy", () -> {
                require(live.contains(from), "copy of a buffer that is not live");
                require(((FakePool) target).live.contains(to), "copy to a buffer that is not live");
                MemorySegment.copy(((FakeBuffer) from).bytes(), 0, ((FakeBuffer) to).bytes(), 0, from.size());
            });
        }
    }

    @Override
    public void destroy() {
        script.act("destroy", () -> {
            require(live.isEmpty(), "destroyed with " + live.size() + " live buffers");
            require(destroyed.compareAndSet(false, true), "destroyed twice");
        });
    }

    @Override
    public void write(PoolBuffer buffer, long offset, MemorySegment from) {
        script.act("write", () -> {
            require(live.contains(buffer), "write to a buffer that is not live");
            MemorySegment.copy(from, 0, ((FakeBuffer) buffer).bytes(), offset, from.byteSize());
        });
    }

    @Override
    public void read(PoolBuffer buffer, long offset, MemorySegment into) {
        script.act("read", () -> {
            require(live.contains(buffer), "read of a buffer that is not live");
            MemorySegment.copy(((FakeBuffer) buffer).bytes(), offset, into, 0, into.byteSize());
        });
    }

    @Override
    public PoolMapping map(PoolBuffer buffer, Access access) {
        return script.play("map", () -> {
            require(live.contains(buffer), "map of a buffer that is not live");
            return new FakeMapping(((FakeBuffer) buffer).bytes().byteSize());
        });
    }

    private final class FakeMapping implements PoolMapping {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment segment;

        FakeMapping(long size) {
            segment = arena.allocate(size);
            mappings.incrementAndGet();
        }

        @Override
        public MemorySegment segment() {
            return script.play("segment", () -> segment);
        }

        @Override
        public void close() {
            mappings.decrementAndGet();
            arena.close();
            script.act("unmap", () -> {});
        }
    }
}
