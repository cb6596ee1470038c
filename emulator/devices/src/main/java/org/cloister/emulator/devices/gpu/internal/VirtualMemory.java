// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.mali.TranslationTable;

/**
 * Memory at virtual addresses, accessed under the name that the GPU has in its present mode. What the firewall blocks
 * throws {@link org.cloister.platform.BusFault}, what is not mapped {@link GpuFault}. For the GPU's thread.
 */
final class VirtualMemory {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final AddressSpaces spaces;
    private final PhysicalMemory normal;
    private final PhysicalMemory restricted;
    private boolean protectedMode;

    VirtualMemory(AddressSpaces spaces, PhysicalMemory normal, PhysicalMemory restricted) {
        this.spaces = spaces;
        this.normal = normal;
        this.restricted = restricted;
    }

    void protectedMode(boolean active) {
        protectedMode = active;
    }

    private PhysicalMemory memory() {
        return protectedMode ? restricted : normal;
    }

    void read(int space, long address, MemorySegment into) {
        long done = 0;
        while (done < into.byteSize()) {
            long length = inPage(address + done, into.byteSize() - done);
            memory().read(spaces.translate(space, address + done, false, memory()), into.asSlice(done, length));
            done += length;
        }
    }

    void write(int space, long address, MemorySegment from) {
        long done = 0;
        while (done < from.byteSize()) {
            long length = inPage(address + done, from.byteSize() - done);
            memory().write(spaces.translate(space, address + done, true, memory()), from.asSlice(done, length));
            done += length;
        }
    }

    private static long inPage(long address, long length) {
        return Math.min(length, TranslationTable.PAGE - (address & TranslationTable.PAGE - 1));
    }

    int readInt(int space, long address) {
        MemorySegment word = MemorySegment.ofArray(new byte[Integer.BYTES]);
        read(space, address, word);
        return word.get(U32, 0);
    }

    long readLong(int space, long address) {
        MemorySegment word = MemorySegment.ofArray(new byte[Long.BYTES]);
        read(space, address, word);
        return word.get(U64, 0);
    }

    void writeInt(int space, long address, int value) {
        MemorySegment word = MemorySegment.ofArray(new byte[Integer.BYTES]);
        word.set(U32, 0, value);
        write(space, address, word);
    }

    void writeLong(int space, long address, long value) {
        MemorySegment word = MemorySegment.ofArray(new byte[Long.BYTES]);
        word.set(U64, 0, value);
        write(space, address, word);
    }
}
