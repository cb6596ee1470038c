// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.cloister.pool.RangeAllocator;

/** Places buffers in several areas: in one piece where that can be, else in as few as can be. For one thread. */
final class Areas {
    /** The most pieces of a buffer. */
    static final int MOST_PIECES = 256;

    private final long granule;
    private final List<Area> areas = new ArrayList<>();

    Areas(long granule) {
        this.granule = granule;
    }

    List<Area> all() {
        return areas;
    }

    /** Places a buffer in one piece; empty when no area has room. */
    Optional<List<Piece>> whole(long size, long alignment) {
        return areas.stream().flatMap(area -> whole(area, size, alignment).stream()).findFirst();
    }

    /** Places a buffer in one piece in an area that need not be one of these. */
    static Optional<List<Piece>> whole(Area area, long size, long alignment) {
        long address = area.allocator().tryAllocate(size, alignment);
        return address == RangeAllocator.NONE
                ? Optional.empty() : Optional.of(List.of(new Piece(area, address, size)));
    }

    /** Places a buffer in pieces; empty, and nothing is placed, when they would be too many or there is no room. */
    Optional<List<Piece>> scattered(long size, long alignment) {
        long free = areas.stream().mapToLong(area -> area.allocator().freeBytes()).sum();
        if (alignment > granule || free < size) {
            return Optional.empty();
        }
        List<Piece> pieces = new ArrayList<>();
        long left = size;
        while (left > 0 && pieces.size() < MOST_PIECES) {
            Area roomiest = areas.stream()
                    .max(Comparator.comparingLong(area -> area.allocator().largestFree())).orElseThrow();
            long length = Math.min(left, roomiest.allocator().largestFree());
            pieces.add(new Piece(roomiest, roomiest.allocator().allocate(length, granule), length));
            left -= length;
        }
        if (left > 0) {
            pieces.forEach(Piece::forget);
            return Optional.empty();
        }
        return Optional.of(List.copyOf(pieces));
    }
}
