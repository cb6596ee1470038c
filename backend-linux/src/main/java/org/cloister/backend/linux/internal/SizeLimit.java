// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.util.OptionalLong;
import java.util.function.Supplier;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * Keeps allocations from what the kernel would not refuse: a heap of system memory takes what it can get and then ends
 * the process for want of memory. Safe for use by any thread.
 */
final class SizeLimit {
    /** What is smaller is not worth a look at how much there is. */
    private static final long UNLOOKED = 1L << 20;

    private final long largest;
    private final Supplier<OptionalLong> available;

    /**
     * Makes a limit.
     *
     * @param largest bytes; 0 for none
     * @param available bytes of system memory to be had now, if anybody knows
     */
    SizeLimit(long largest, Supplier<OptionalLong> available) {
        this.largest = largest > 0 ? largest : Long.MAX_VALUE;
        this.available = available;
    }

    /**
     * Lets a size pass.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} above the limit, {@code NO_MEMORY} above what is available
     */
    void check(String heap, boolean systemMemory, long size) {
        if (size > largest) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "allocate " + size + " bytes", "heap " + heap,
                    "the configuration allows " + largest, "ask for less, or raise largest.buffer.bytes");
        }
        if (systemMemory && size > UNLOOKED) {
            long left = available.get().orElse(Long.MAX_VALUE);
            if (size > left) {
                throw new HeapException(HeapError.NO_MEMORY, "allocate " + size + " bytes", "heap " + heap,
                        "the machine has " + left + " bytes of memory available", "free memory, or ask for less");
            }
        }
    }
}
