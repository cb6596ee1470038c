// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;
import org.cloister.platform.device.MemoryRange;

/** A small memory for tests: what is not granted faults. */
public final class FakeMemory implements PhysicalMemory {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final Initiator initiator;
    private final MemorySegment memory;
    private final Map<Long, Grant> grants = new TreeMap<>();
    private final AtomicBoolean off = new AtomicBoolean();

    private record Grant(MemoryRange range, Access access) {}

    public FakeMemory(String initiator, int size) {
        this.initiator = new Initiator(initiator, 7, false);
        this.memory = MemorySegment.ofArray(new byte[size]);
    }

    /** What the device may do in a range; the latest grant for an address counts. */
    public synchronized FakeMemory grant(long address, long length, Access access) {
        grants.put(address, new Grant(new MemoryRange(address, length), access));
        return this;
    }

    /** From now on every access fails as on a board that is off. */
    public void switchOff() {
        off.set(true);
    }

    /** The bytes, without a firewall. */
    public byte[] bytes(long address, long length) {
        return memory.asSlice(address, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Puts bytes there, without a firewall. */
    public void put(long address, byte[] bytes) {
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, address, bytes.length);
    }

    private synchronized MemorySegment checked(long address, long length, Access access) {
        if (off.get()) {
            throw new IllegalStateException("the board is off");
        }
        boolean granted = grants.values().stream().anyMatch(g -> g.access().allows(access)
                && address >= g.range().address()
                && address + length <= g.range().address() + g.range().length());
        if (!granted) {
            throw new BusFault(initiator, address, length, access, "no region", "not granted by the test");
        }
        return memory.asSlice(address, length);
    }

    @Override
    public Initiator initiator() {
        return initiator;
    }

    @Override
    public byte readByte(long address) {
        return checked(address, 1, Access.READ).get(ValueLayout.JAVA_BYTE, 0);
    }

    @Override
    public void writeByte(long address, byte value) {
        checked(address, 1, Access.WRITE).set(ValueLayout.JAVA_BYTE, 0, value);
    }

    @Override
    public int readInt(long address) {
        return checked(address, Integer.BYTES, Access.READ).get(INT, 0);
    }

    @Override
    public void writeInt(long address, int value) {
        checked(address, Integer.BYTES, Access.WRITE).set(INT, 0, value);
    }

    @Override
    public long readLong(long address) {
        return checked(address, Long.BYTES, Access.READ).get(LONG, 0);
    }

    @Override
    public void writeLong(long address, long value) {
        checked(address, Long.BYTES, Access.WRITE).set(LONG, 0, value);
    }

    @Override
    public void read(long address, MemorySegment into) {
        into.copyFrom(checked(address, into.byteSize(), Access.READ));
    }

    @Override
    public void write(long address, MemorySegment from) {
        checked(address, from.byteSize(), Access.WRITE).copyFrom(from);
    }

    @Override
    public void fill(long address, long length, byte value) {
        checked(address, length, Access.WRITE).fill(value);
    }

    @Override
    public Window open(long address, long length, Access access) {
        throw new UnsupportedOperationException("no test needs a window");
    }
}
