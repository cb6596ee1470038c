// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import org.cloister.emulator.soc.firewall.internal.Gate;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;

/**
 * An initiator's view. Each access stands in a slot of the {@link Gate} while it is in flight; a word allocates
 * nothing.
 *
 * <p>Immutable, and safe for use by any thread.
 */
final class BusMemory implements PhysicalMemory {
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Bus bus;
    private final PhysicalRanges memory;
    private final Gate gate;
    private final RegisterPort registers;
    private final ClearText clear;
    private final Initiator initiator;
    private final int index;

    BusMemory(Bus bus, Initiator initiator, int index) {
        this.bus = bus;
        this.memory = bus.memory();
        this.gate = bus.gate();
        this.registers = new RegisterPort(bus, initiator, index);
        this.clear = new ClearText(bus, index);
        this.initiator = initiator;
        this.index = index;
    }

    @Override
    public Initiator initiator() {
        return initiator;
    }

    @Override
    public byte readByte(long address) {
        MemoryRange range = memory.at(address, Byte.BYTES);
        int slot = enter(range, address, Byte.BYTES, Access.READ);
        try {
            if (bus.decrypts(index, address, Byte.BYTES)) {
                return clear.read(range, address, Byte.BYTES).get(ValueLayout.JAVA_BYTE, 0);
            }
            return range.bytes().get(ValueLayout.JAVA_BYTE, address - range.base());
        } finally {
            gate.leaveTransfer(slot);
        }
    }

    @Override
    public void writeByte(long address, byte value) {
        MemoryRange range = memory.at(address, Byte.BYTES);
        int slot = enter(range, address, Byte.BYTES, Access.WRITE);
        try {
            if (bus.decrypts(index, address, Byte.BYTES)) {
                MemorySegment word = MemorySegment.ofArray(new byte[Byte.BYTES]);
                word.set(ValueLayout.JAVA_BYTE, 0, value);
                clear.write(range, address, word);
                return;
            }
            range.bytes().set(ValueLayout.JAVA_BYTE, address - range.base(), value);
        } finally {
            gate.leaveTransfer(slot);
        }
    }

    @Override
    public int readInt(long address) {
        MemoryRange range = memory.at(address, Integer.BYTES);
        if (range == MemoryRange.NOWHERE) {
            return registers.readInt(address);
        }
        int slot = enter(range, address, Integer.BYTES, Access.READ);
        try {
            if (bus.decrypts(index, address, Integer.BYTES)) {
                return clear.read(range, address, Integer.BYTES).get(INT, 0);
            }
            return range.bytes().get(INT, address - range.base());
        } finally {
            gate.leaveTransfer(slot);
        }
    }

    @Override
    public void writeInt(long address, int value) {
        MemoryRange range = memory.at(address, Integer.BYTES);
        if (range == MemoryRange.NOWHERE) {
            registers.writeInt(address, value);
            return;
        }
        int slot = enter(range, address, Integer.BYTES, Access.WRITE);
        try {
            if (bus.decrypts(index, address, Integer.BYTES)) {
                MemorySegment word = MemorySegment.ofArray(new byte[Integer.BYTES]);
                word.set(INT, 0, value);
                clear.write(range, address, word);
                return;
            }
            range.bytes().set(INT, address - range.base(), value);
        } finally {
            gate.leaveTransfer(slot);
        }
    }

    @Override
    public long readLong(long address) {
        MemoryRange range = memory.at(address, Long.BYTES);
        if (range == MemoryRange.NOWHERE) {
            return registers.readLong(address);
        }
        int slot = enter(range, address, Long.BYTES, Access.READ);
        try {
            if (bus.decrypts(index, address, Long.BYTES)) {
                return clear.read(range, address, Long.BYTES).get(LONG, 0);
            }
            return range.bytes().get(LONG, address - range.base());
        } finally {
            gate.leaveTransfer(slot);
        }
    }

    @Override
    public void writeLong(long address, long value) {
        MemoryRange range = memory.at(address, Long.BYTES);
        if (range == MemoryRange.NOWHERE) {
            registers.writeLong(address, value);
            return;
        }
        int slot = enter(range, address, Long.BYTES, Access.WRITE);
        try {
            if (bus.decrypts(index, address, Long.BYTES)) {
                MemorySegment word = MemorySegment.ofArray(new byte[Long.BYTES]);
                word.set(LONG, 0, value);
                clear.write(range, address, word);
                return;
            }
            range.bytes().set(LONG, address - range.base(), value);
        } finally {
            gate.leaveTransfer(slot);
        }
    }

    @Override
    public void read(long address, MemorySegment into) {
        long length = into.byteSize();
        if (length == 0) {
            return;
        }
        MemoryRange range = memory.at(address, length);
        int slot = enter(range, address, length, Access.READ);
        try {
            if (bus.decrypts(index, address, length)) {
                clear.read(range, address, into);
                return;
            }
            range.load(address, into);
        } finally {
            gate.leaveTransfer(slot);
        }
    }

    @Override
    public void write(long address, MemorySegment from) {
        long length = from.byteSize();
        if (length == 0) {
            return;
        }
        MemoryRange range = memory.at(address, length);
        int slot = enter(range, address, length, Access.WRITE);
        try {
            if (bus.decrypts(index, address, length)) {
                clear.write(range, address, from);
                return;
            }
            range.store(address, from);
        } finally {
            gate.leaveTransfer(slot);
        }
    }

    @Override
    public void fill(long address, long length, byte value) {
        if (length < 0) {
            throw new IllegalArgumentException("cannot fill " + length + " bytes");
        }
        if (length == 0) {
            return;
        }
        MemoryRange range = memory.at(address, length);
        int slot = enter(range, address, length, Access.WRITE);
        try {
            if (bus.decrypts(index, address, length)) {
                clear.fill(range, address, length, value);
                return;
            }
            range.bytes().asSlice(address - range.base(), length).fill(value);
        } finally {
            gate.leaveTransfer(slot);
        }
    }

    @Override
    public Window open(long address, long length, Access access) {
        Objects.requireNonNull(access, "access");
        if (length <= 0) {
            throw new IllegalArgumentException("a window of " + length + " bytes");
        }
        if (access == Access.NONE) {
            throw new IllegalArgumentException("a window without access");
        }
        MemoryRange range = memory.at(address, length);
        int slot = range == MemoryRange.NOWHERE
                ? Gate.REFUSED : gate.enterWindow(index, address, length, access);
        if (slot == Gate.REFUSED) {
            throw bus.blocked(index, address, length, access);
        }
        LeasedWindow window = new LeasedWindow(bus, initiator, range, slot, address, length, access);
        return bus.decrypts(index, address, length) ? new ClearWindow(window, clear) : window;
    }

    private int enter(MemoryRange range, long address, long length, Access access) {
        if (range != MemoryRange.NOWHERE) {
            int slot = gate.enterTransfer(index, address, length, access);
            if (slot != Gate.REFUSED) {
                return slot;
            }
        }
        throw bus.blocked(index, address, length, access);
    }
}
