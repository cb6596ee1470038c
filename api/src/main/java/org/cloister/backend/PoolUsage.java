// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How much of a pool is used.
 *
 * @param capacity bytes that the pool manages or may grow to; empty when it cannot tell
 * @param free bytes that are not allocated
 * @param largestFree bytes of the largest block that one allocation would get
 * @param quarantined bytes withdrawn for good
 * @param regionsUsed firewall regions that the pool occupies now; empty when none is involved or nobody can tell
 * @param regionsLeft firewall regions that the hardware has left
 */
@ProviderType
public record PoolUsage(
        OptionalLong capacity,
        OptionalLong free,
        OptionalLong largestFree,
        long quarantined,
        OptionalInt regionsUsed,
        OptionalInt regionsLeft) {
    /** Checks the components; a negative figure throws {@link HeapException} with {@code INVALID_ARGUMENT}. */
    public PoolUsage {
        check("capacity", capacity.orElse(0));
        check("free", free.orElse(0));
        check("largest free block", largestFree.orElse(0));
        check("quarantined", quarantined);
        check("regions used", regionsUsed.orElse(0));
        check("regions left", regionsLeft.orElse(0));
    }

    private static void check(String figure, long value) {
        if (value < 0) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "tell the usage of a pool", figure + " " + value,
                    "it is negative", "leave out what is not known");
        }
    }

    /**
     * The usage of a pool with known figures and no firewall regions to speak of.
     *
     * @param capacity bytes that the pool manages or may grow to
     * @param free bytes that are not allocated
     * @param largestFree bytes of the largest block that one allocation would get
     * @return the usage
     */
    public static PoolUsage of(long capacity, long free, long largestFree) {
        return new PoolUsage(OptionalLong.of(capacity), OptionalLong.of(free), OptionalLong.of(largestFree), 0,
                OptionalInt.empty(), OptionalInt.empty());
    }

    /**
     * The same with a region budget.
     *
     * @param used firewall regions that the pool occupies now
     * @param left firewall regions that the hardware has left
     * @return a new usage
     */
    public PoolUsage regions(int used, int left) {
        return new PoolUsage(
                capacity, free, largestFree, quarantined, OptionalInt.of(used), OptionalInt.of(left));
    }

    /**
     * The same with quarantined memory.
     *
     * @param bytes withdrawn for good
     * @return a new usage
     */
    public PoolUsage quarantined(long bytes) {
        return new PoolUsage(capacity, free, largestFree, bytes, regionsUsed, regionsLeft);
    }

    /** {@return a usage of which nothing is known, as with heaps of a real kernel} */
    public static PoolUsage unknown() {
        return new PoolUsage(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), 0,
                OptionalInt.empty(), OptionalInt.empty());
    }
}
