// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;

/** The CPU's view of memory that it may write in one range, and nothing else. */
final class FakeMemory implements PhysicalMemory {
    final Map<Long, byte[]> written = new ConcurrentHashMap<>();
    private final long base;
    private final long end;

    FakeMemory(long base, long size) {
        this.base = base;
        this.end = base + size;
    }

    @Override
    public Initiator initiator() {
        return new Initiator(Initiator.CPU, 1, false);
    }

    @Override
    public void write(long address, MemorySegment from) {
        if (address < base || address + from.byteSize() > end) {
            throw fault(address, from.byteSize(), Access.WRITE);
        }
        written.put(address, from.toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public byte readByte(long address) {
        throw fault(address, 1, Access.READ);
    }

    @Override
    public void writeByte(long address, byte value) {
        throw fault(address, 1, Access.WRITE);
    }

    @Override
    public int readInt(long address) {
        throw fault(address, 4, Access.READ);
    }

    @Override
    public void writeInt(long address, int value) {
        throw fault(address, 4, Access.WRITE);
    }

    @Override
    public long readLong(long address) {
        throw fault(address, 8, Access.READ);
    }

    @Override
    public void writeLong(long address, long value) {
        throw fault(address, 8, Access.WRITE);
    }

    @Override
    public void read(long address, MemorySegment into) {
        throw fault(address, into.byteSize(), Access.READ);
    }

    @Override
    public void fill(long address, long length, byte value) {
        throw fault(address, length, Access.WRITE);
    }

    @Override
    public Window open(long address, long length, Access access) {
        throw fault(address, length, access);
    }

    private BusFault fault(long address, long length, Access access) {
        return new BusFault(initiator(), address, length, access, "no region", "nothing is granted there");
    }
}
