// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.util.function.LongSupplier;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.dt.AddressRange;
import org.cloister.pool.RangeAllocator;

/** A contiguous area of the device tree. Safe for use by any thread: the lock of this object guards the allocator. */
final class CmaArea implements ContiguousArea {
    private final String name;
    private final boolean isDefault;
    private final AreaReleases releases;
    private final RangeAllocator allocator;

    CmaArea(String name, boolean isDefault, AddressRange range, AreaReleases releases) {
        this.name = name;
        this.isDefault = isDefault;
        this.releases = releases;
        this.allocator = new RangeAllocator(range.base(), range.size());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isDefault() {
        return isDefault;
    }

    @Override
    public long base() {
        return allocator.base();
    }

    @Override
    public long size() {
        return allocator.size();
    }

    @Override
    public synchronized long free() {
        return allocator.freeBytes();
    }

    @Override
    public synchronized long allocate(long size, long alignment) {
        return named(() -> allocator.allocate(size, alignment));
    }

    /** Whoever watches is told without the lock; two that release the same range are both heard, and one is refused. */
    @Override
    public void release(long address) {
        releases.tell(address, taken(address));
        free(address);
    }

    private synchronized long taken(long address) {
        return named(() -> allocator.allocatedSize(address));
    }

    private synchronized void free(long address) {
        named(() -> {
            allocator.free(address);
            return address;
        });
    }

    private long named(LongSupplier operation) {
        try {
            return operation.getAsLong();
        } catch (HeapException refused) {
            throw new HeapException(refused.error(), refused.what(), "contiguous area " + name, refused.why(),
                    refused.remedy(), refused);
        }
    }
}
