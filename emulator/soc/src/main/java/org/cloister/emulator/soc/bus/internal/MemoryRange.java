// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.lang.foreign.MemorySegment;

/**
 * A range of physical addresses and what is behind it.
 *
 * @param base the first address
 * @param bytes its contents
 */
record MemoryRange(long base, MemorySegment bytes) implements Cells {
    /** Where nothing is. */
    static final MemoryRange NOWHERE = new MemoryRange(0, MemorySegment.NULL);

    long end() {
        return base + bytes.byteSize();
    }

    @Override
    public void load(long address, MemorySegment into) {
        MemorySegment.copy(bytes, address - base, into, 0, into.byteSize());
    }

    @Override
    public void store(long address, MemorySegment from) {
        MemorySegment.copy(from, 0, bytes, address - base, from.byteSize());
    }

    boolean holds(long address, long length) {
        return address >= base && address - base <= bytes.byteSize() - length;
    }
}
