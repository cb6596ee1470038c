// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

/**
 * A range of physical memory.
 *
 * @param base the first address
 * @param size bytes
 */
record Range(long base, long size) {
    boolean overlaps(long address, long length) {
        return base < address + length && address < base + size;
    }

    boolean overlaps(Range other) {
        return overlaps(other.base, other.size);
    }

    boolean contains(Range other) {
        return other.base >= base && other.base + other.size <= base + size;
    }

    @Override
    public String toString() {
        return "0x%x to 0x%x".formatted(base, base + size - 1);
    }
}
