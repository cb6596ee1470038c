// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A range of physical addresses. Both numbers are unsigned 64-bit values in a {@code long}. The range may end at 2^64
 * and may be empty; it never wraps around.
 *
 * @param base the first address
 * @param size bytes
 */
@ProviderType
public record AddressRange(long base, long size) {
    /** Refuses a range that goes beyond 2^64. */
    public AddressRange {
        if (wraps(base, size)) {
            throw new IllegalArgumentException(
                    "the range of 0x%x bytes at 0x%x goes beyond 64 bits".formatted(size, base));
        }
    }

    /** Tells whether such a range would go beyond 2^64. */
    static boolean wraps(long base, long size) {
        return size != 0 && Long.compareUnsigned(base + (size - 1), base) < 0;
    }

    /** Tells whether no address is in this. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** Tells whether {@code address} is in this. */
    public boolean contains(long address) {
        return Long.compareUnsigned(address - base, size) < 0;
    }

    /** Tells whether all of {@code other} is in this; an empty range is nowhere. */
    public boolean contains(AddressRange other) {
        return !other.isEmpty() && contains(other.base) && contains(other.base + (other.size - 1));
    }

    /** Tells whether some address is in both. */
    public boolean overlaps(AddressRange other) {
        return !isEmpty() && !other.isEmpty() && (contains(other.base) || other.contains(base));
    }

    /** How many bits any address in this needs; 1 for an empty range at 0. */
    public int addressBits() {
        return Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(isEmpty() ? base : base + (size - 1)));
    }

    @Override
    public String toString() {
        return "0x%x+0x%x".formatted(base, size);
    }
}
