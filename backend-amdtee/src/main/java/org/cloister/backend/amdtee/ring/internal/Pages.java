// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.ring.internal;

import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;

/**
 * Normal memory for rings, binaries and parameters: whole pages, zeroed, as AMD-TEE wants them. Safe for use by any
 * thread.
 *
 * @param memory as the CPU sees it
 * @param area where pages are taken from
 */
public record Pages(PhysicalMemory memory, ContiguousArea area) {
    /** Bytes of a page. */
    public static final long SIZE = 4096;

    /**
     * Takes pages.
     *
     * @param bytes rounded up to whole pages
     * @return the physical address
     * @throws HeapException {@code INVALID_ARGUMENT} when that are none or more than a message can say,
     *     {@code NO_MEMORY}
     */
    public long take(long bytes) {
        if (bytes <= 0 || bytes > Integer.MAX_VALUE) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "share memory with the secure processor",
                    "size " + bytes, "a buffer has 1 to 2^31 - 1 bytes", "share less");
        }
        long address = area.allocate(bytes, SIZE);
        boolean done = false;
        try {
            memory.fill(address, round(bytes), (byte) 0);
            done = true;
            return address;
        } finally {
            if (!done) {
                area.release(address);
            }
        }
    }

    /** Gives pages back that nobody else knows any more. */
    public void release(long address) {
        area.release(address);
    }

    /** Whole pages. */
    public static long round(long bytes) {
        return bytes + SIZE - 1 & -SIZE;
    }
}
