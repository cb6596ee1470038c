// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;

/** Checks where the memory application says that a new buffer is: nothing is believed that cannot be. */
final class Placement {
    private static final long PAGE = 4096;

    private Placement() {}

    /**
     * Checks all parts of a buffer.
     *
     * @param size bytes of the buffer
     * @param within where parts must be; empty when nobody knows
     * @param isUsed tells of what is in use already
     * @throws HeapException {@code PROTOCOL}
     */
    static void check(List<Segment> parts, long size, Optional<List<AddressRange>> within, Predicate<Segment> isUsed) {
        long sum = 0;
        for (int i = 0; i < parts.size(); i++) {
            Segment part = parts.get(i);
            if (part.length() <= 0 || part.address() < 0 || part.end() < 0
                    || ((part.address() | part.length()) & PAGE - 1) != 0) {
                throw wrong(part, "are not made of pages");
            }
            if (within.isPresent() && within.get().stream().noneMatch(range -> part.address() >= range.base()
                    && part.end() <= range.base() + range.size())) {
                throw wrong(part, "are not in its memory");
            }
            if (isUsed.test(part) || parts.subList(0, i).stream().anyMatch(part::overlaps)) {
                throw wrong(part, "are in use already");
            }
            sum += part.length();
        }
        if (sum != size) {
            throw MemoryTa.protocol("it gave 0x%x bytes instead of 0x%x".formatted(sum, size));
        }
    }

    private static HeapException wrong(Segment part, String how) {
        return MemoryTa.protocol("0x%x bytes at 0x%x %s".formatted(part.length(), part.address(), how));
    }
}
