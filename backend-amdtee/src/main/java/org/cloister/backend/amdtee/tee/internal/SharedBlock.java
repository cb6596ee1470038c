// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tee.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;
import org.cloister.backend.amdtee.ring.internal.Pages;
import org.cloister.backend.amdtee.ring.internal.PspRing;
import org.cloister.heap.Access;
import org.cloister.platform.Window;
import org.cloister.tee.Direction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Normal memory that was taken to be shared; mapped when it is first used, and anew in each generation. */
final class SharedBlock extends PspMemory {
    private static final Logger LOG = LoggerFactory.getLogger(SharedBlock.class);

    private final PspRing ring;
    private final long address;
    private final Window window;
    private final MemorySegment segment;
    private Optional<Buffers.Mapped> mapped = Optional.empty(); // guarded by this

    /** Takes memory. */
    static SharedBlock take(PspRing ring, long size, Direction direction, Consumer<PspMemory> onClosed) {
        Pages pages = ring.pages();
        long address = pages.take(size);
        boolean done = false;
        try {
            SharedBlock block = new SharedBlock(ring, address,
                    pages.memory().open(address, size, Access.READ_WRITE), direction, onClosed);
            done = true;
            return block;
        } finally {
            if (!done) {
                pages.release(address);
            }
        }
    }

    private SharedBlock(PspRing ring, long address, Window window, Direction direction, Consumer<PspMemory> onClosed) {
        super(window.length(), direction, onClosed);
        this.ring = ring;
        this.address = address;
        this.window = window;
        this.segment = window.segment();
    }

    @Override
    public Optional<MemorySegment> segment() {
        return Optional.of(segment);
    }

    @Override
    synchronized Place place() {
        long generation = ring.ready("share memory with the secure processor");
        if (mapped.filter(known -> known.generation() == generation).isEmpty()) {
            mapped = Optional.of(Buffers.map(ring, address, Pages.round(size())));
        }
        Buffers.Mapped known = mapped.orElseThrow();
        return new Place(known.id(), known.generation(), 0);
    }

    @Override
    synchronized void dispose() {
        try {
            window.close();
        } catch (IllegalStateException e) {
            LOG.warn("{} stays shared, for native code is using it", this, e);
            return;
        }
        if (mapped.isEmpty() || Buffers.unmap(ring, mapped.get())) {
            ring.pages().release(address);
        }
    }

    @Override
    public String toString() {
        return "0x%x bytes of shared memory".formatted(size());
    }
}
