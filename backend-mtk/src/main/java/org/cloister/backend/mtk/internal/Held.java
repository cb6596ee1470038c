// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.List;
import java.util.Objects;
import org.cloister.backend.PoolBuffer;

/** A buffer that the application knows by a handle. Known to its pool by identity. */
final class Held implements PoolBuffer {
    private final TaPool pool;
    private final int handle;
    private final List<Segment> segments;
    private final long size;
    private boolean live = true; // guarded by the lock of the pool

    Held(TaPool pool, int handle, List<Segment> segments, long size) {
        this.pool = pool;
        this.handle = handle;
        this.segments = List.copyOf(segments);
        this.size = size;
    }

    TaPool pool() {
        return pool;
    }

    int handle() {
        return handle;
    }

    List<Segment> parts() {
        return segments;
    }

    boolean isLive() {
        return live;
    }

    void freed() {
        live = false;
    }

    boolean overlaps(Segment range) {
        return segments.stream().anyMatch(range::overlaps);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int segments() {
        return segments.size();
    }

    @Override
    public long address(int segment) {
        return segments.get(segment).address();
    }

    @Override
    public long length(int segment) {
        return segments.get(segment).length();
    }

    @Override
    public String toString() {
        return "0x%x bytes (handle 0x%x) of %s".formatted(size, handle, Objects.toString(pool));
    }
}
