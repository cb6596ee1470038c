// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cloister.heap.Access;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;

/** The ways in which an initiator can access a range of memory: each may have a hole of its own. */
enum Weapon {
    /** One byte. */
    BYTE(1) {
        @Override
        void strike(PhysicalMemory memory, Access access, long address, byte[] loot) {
            if (access.reads()) {
                loot[0] = memory.readByte(address);
            } else {
                memory.writeByte(address, loot[0]);
            }
        }
    },
    /** Four bytes. */
    INT(Integer.BYTES) {
        @Override
        void strike(PhysicalMemory memory, Access access, long address, byte[] loot) {
            MemorySegment segment = MemorySegment.ofArray(loot);
            if (access.reads()) {
                segment.set(ValueLayout.JAVA_INT_UNALIGNED, 0, memory.readInt(address));
            } else {
                memory.writeInt(address, segment.get(ValueLayout.JAVA_INT_UNALIGNED, 0));
            }
        }
    },
    /** Eight bytes. */
    LONG(Long.BYTES) {
        @Override
        void strike(PhysicalMemory memory, Access access, long address, byte[] loot) {
            MemorySegment segment = MemorySegment.ofArray(loot);
            if (access.reads()) {
                segment.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, memory.readLong(address));
            } else {
                memory.writeLong(address, segment.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
            }
        }
    },
    /** A burst. */
    BURST(64) {
        @Override
        void strike(PhysicalMemory memory, Access access, long address, byte[] loot) {
            if (access.reads()) {
                memory.read(address, MemorySegment.ofArray(loot));
            } else {
                memory.write(address, MemorySegment.ofArray(loot));
            }
        }
    },
    /** A window for bulk transfers. */
    WINDOW(64) {
        @Override
        void strike(PhysicalMemory memory, Access access, long address, byte[] loot) {
            try (Window window = memory.open(address, loot.length, access)) {
                if (access.reads()) {
                    window.read(0, MemorySegment.ofArray(loot));
                } else {
                    window.write(0, MemorySegment.ofArray(loot));
                }
            }
        }
    };

    private static final Weapon[] ALL = values();

    private final int size;

    Weapon(int size) {
        this.size = size;
    }

    /** One after the other, for ever. */
    static Weapon inTurn(long turn) {
        return ALL[(int) (turn % ALL.length)];
    }

    /** Bytes that it touches. */
    int size() {
        return size;
    }

    /** Reads into {@code loot}, or writes it, or is stopped by a {@link org.cloister.platform.BusFault}. */
    abstract void strike(PhysicalMemory memory, Access access, long address, byte[] loot);
}
