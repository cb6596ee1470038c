// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.cloister.backend.PoolMapping;

/** A buffer in the address space of this process. Ends for all threads at once. */
final class LinuxMapping implements PoolMapping {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private final MemorySegment segment;
    private final Arena arena;
    private final Runnable onUnmapped;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Takes over a mapping.
     *
     * @param arena unmaps when it is closed
     * @param onUnmapped ends the access by the CPU, when nobody can touch the memory any more
     */
    LinuxMapping(MemorySegment segment, Arena arena, Runnable onUnmapped) {
        this.segment = segment;
        this.arena = arena;
        this.onUnmapped = onUnmapped;
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            unmap();
            onUnmapped.run();
        }
    }

    /** A call of native code that has the memory as its argument finishes first, within reason. */
    private void unmap() {
        long end = System.nanoTime() + PATIENCE;
        while (true) {
            try {
                arena.close();
                return;
            } catch (IllegalStateException inUse) {
                if (System.nanoTime() - end > 0) {
                    throw inUse;
                }
                LockSupport.parkNanos(PAUSE);
            }
        }
    }
}
