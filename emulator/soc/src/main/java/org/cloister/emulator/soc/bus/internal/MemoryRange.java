// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.lang.foreign.MemorySegment;

/**
 * A range of physical addresses and what is behind it.
 *
 * @param base the first address
 * @param bytes its contents
 */
record MemoryRange(long base, MemorySegment bytes) {
    /** Where nothing is. */
    static final MemoryRange NOWHERE = new MemoryRange(0, MemorySegment.NULL);

    long end() {
        return base + bytes.byteSize();
    }

    boolean holds(long address, long length) {
        return address >= base && address - base <= bytes.byteSize() - length;
    }
}
