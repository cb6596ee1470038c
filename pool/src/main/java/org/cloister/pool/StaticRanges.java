// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.ArrayList;
import java.util.List;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.service.component.annotations.Component;

/**
 * The static ranges that are in use, whichever backends serve them: opens pools such that no page is handed out twice
 * and use cases share none. A service, one for all.
 *
 * <p>A range outlives the pools over it. When a backend is replaced, updated or comes back, buffers of its former pool
 * may still be live in the same range; the new pool is given the same books and serves what is left. Ranges that
 * overlap otherwise, or are to serve another use case, are refused until the last pool over them is destroyed.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
// Immediate, or its books would be thrown away whenever the last backend lets go of the service.
@Component(immediate = true, service = StaticRanges.class)
public final class StaticRanges {
    private final List<Range> ranges = new ArrayList<>(); // guarded by this

    /** A range and how many pools are open over it. */
    private static final class Range {
        private final UseCase useCase;
        private final RangeBooks books;
        private int pools;

        Range(UseCase useCase, RangeBooks books) {
            this.useCase = useCase;
            this.books = books;
        }
    }

    /** Starts with no range in use. */
    public StaticRanges() {}

    /**
     * Opens a pool over a range. The range is in use until the pool is destroyed.
     *
     * @param name what messages call it, such as the path of a device-tree node
     * @param useCase what the memory is for
     * @param base the physical address of the first byte, a multiple of the attributes' granularity
     * @param size bytes, a multiple of the granularity, greater than zero
     * @param attributes what the memory is like; contiguous, with address bits that cover the range
     * @param memory reaches the memory
     * @throws HeapException {@code INVALID_ARGUMENT} as {@link StaticPool}'s constructor; {@code BUSY} when a part of
     *     the range is in use with other bounds, another granularity or for another use case
     */
    public synchronized StaticPool open(String name, UseCase useCase, long base, long size, HeapAttributes attributes,
            PoolMemory memory) {
        RangeBooks fresh = new RangeBooks(name, base, size, attributes.granularity());
        Range range = ranges.stream().filter(used -> overlap(used, fresh)).findFirst()
                .orElseGet(() -> new Range(useCase, fresh));
        if (!range.useCase.equals(useCase) || !sameBounds(range.books, fresh)) {
            throw new HeapException(HeapError.BUSY, "open a pool for " + useCase, fresh.allocator().toString(),
                    "%s is in use for %s".formatted(range.books.allocator(), range.useCase),
                    "release the buffers of that heap, or take memory that nobody uses");
        }
        StaticPool pool = new StaticPool(name, range.books, attributes, memory, () -> close(range));
        if (range.pools++ == 0) {
            ranges.add(range);
        }
        return pool;
    }

    private synchronized void close(Range range) {
        if (--range.pools == 0) {
            ranges.remove(range);
        }
    }

    private static boolean overlap(Range used, RangeBooks books) {
        RangeAllocator a = used.books.allocator();
        RangeAllocator b = books.allocator();
        return a.base() < b.base() + b.size() && b.base() < a.base() + a.size();
    }

    private static boolean sameBounds(RangeBooks used, RangeBooks books) {
        RangeAllocator a = used.allocator();
        RangeAllocator b = books.allocator();
        return a.base() == b.base() && a.size() == b.size() && a.pageSize() == b.pageSize();
    }
}
