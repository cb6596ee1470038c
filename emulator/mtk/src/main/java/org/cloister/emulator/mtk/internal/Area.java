// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import org.cloister.platform.dt.AddressRange;
import org.cloister.pool.RangeAllocator;

/** A contiguous range that buffers lie in. For one thread. */
final class Area {
    private final AddressRange range;
    private final RangeAllocator allocator;

    Area(AddressRange range, long granule) {
        this.range = range;
        this.allocator = new RangeAllocator("0x" + Long.toHexString(range.base()), range.base(), range.size(), granule);
    }

    AddressRange range() {
        return range;
    }

    /** What is allocated in it. */
    RangeAllocator allocator() {
        return allocator;
    }

    /** Tells whether no buffer lies in it. */
    boolean isEmpty() {
        return allocator.allocations() == 0;
    }
}
