// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

/**
 * A range of physical addresses.
 *
 * @param base the first byte
 * @param size bytes
 */
public record Span(long base, long size) {
    /** {@return the first byte behind it} */
    public long end() {
        return base + size;
    }

    /** {@return whether both have a byte in common} */
    public boolean overlaps(Span other) {
        return Long.compareUnsigned(base, other.end()) < 0 && Long.compareUnsigned(other.base, end()) < 0;
    }

    /** {@return the same, widened to whole units of {@code unit} bytes, a power of two} */
    public Span widened(long unit) {
        long first = base & -unit;
        return new Span(first, (end() + unit - 1 & -unit) - first);
    }

    @Override
    public String toString() {
        return "0x%x bytes at 0x%x".formatted(size, base);
    }
}
