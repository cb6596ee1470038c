// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.platform.layout.OpteePageList;

/**
 * Reads lists of pages from memory of the normal world. Each page of a list must be the normal world's own, and not be
 * in use as restricted memory; each address that it lists must be that of a page.
 */
final class PageLists {
    private final Machine machine;
    private final SmcMemory memory;
    private final Budget heap;

    PageLists(Machine machine, SmcMemory memory, Budget heap) {
        this.machine = machine;
        this.memory = memory;
        this.heap = heap;
    }

    /**
     * Reads the list behind a parameter.
     *
     * @param address of the list, plus the offset in its first page at which the memory begins
     * @param size bytes of the memory
     * @return the pages; empty when the list is no good or the heap too small for it
     */
    Optional<long[]> read(long address, long size) {
        long offset = address & Pages.MASK;
        long length = size + offset;
        if (Long.compareUnsigned(length, offset) < 0) {
            return Optional.empty();
        }
        // as the trusted OS computes it: memory of no bytes at a page boundary has more pages than any heap
        long count = Long.divideUnsigned(length - 1, Pages.SIZE) + 1;
        if (count > Integer.MAX_VALUE / 8 || !heap.take(8 * count)) {
            return Optional.empty();
        }
        try {
            long[] pages = new long[(int) count];
            return fill(pages, Pages.start(address)) ? Optional.of(pages) : Optional.empty();
        } finally {
            heap.give(8 * count);
        }
    }

    private boolean fill(long[] pages, long list) {
        MemorySegment page = MemorySegment.ofArray(new byte[OpteePageList.SIZE]);
        long at = list;
        for (int done = 0; done < pages.length; done += OpteePageList.CAPACITY) {
            if (done > 0) {
                at = OpteePageList.next(page, 0);
            }
            if (!Pages.aligned(at) || !machine.isNormalMemory(at, Pages.SIZE) || memory.isLent(at)) {
                return false;
            }
            machine.memory().read(at, page);
            int last = Math.min(pages.length - done, OpteePageList.CAPACITY);
            for (int i = 0; i < last; i++) {
                pages[done + i] = OpteePageList.address(page, 0, i);
                if (!Pages.aligned(pages[done + i])) {
                    return false;
                }
            }
        }
        return true;
    }
}
