// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.lang.foreign.MemorySegment;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;

/**
 * Memory of which somebody looks at each access before it is done, and may throw; after those of many bytes others may run.
 *
 * @param next the memory
 * @param watcher looks
 * @param after what is done after an access of many bytes
 */
record WatchedMemory(PhysicalMemory next, Watcher watcher, Runnable after) implements PhysicalMemory {
    /** Looks at accesses. */
    interface Watcher {
        /** Somebody is about to read or write. */
        void look(long address, long length, Access access);
    }

    @Override
    public Initiator initiator() {
        return next.initiator();
    }

    @Override
    public byte readByte(long address) {
        watcher.look(address, Byte.BYTES, Access.READ);
        return next.readByte(address);
    }

    @Override
    public void writeByte(long address, byte value) {
        watcher.look(address, Byte.BYTES, Access.WRITE);
        next.writeByte(address, value);
    }

    @Override
    public int readInt(long address) {
        watcher.look(address, Integer.BYTES, Access.READ);
        return next.readInt(address);
    }

    @Override
    public void writeInt(long address, int value) {
        watcher.look(address, Integer.BYTES, Access.WRITE);
        next.writeInt(address, value);
    }

    @Override
    public long readLong(long address) {
        watcher.look(address, Long.BYTES, Access.READ);
        return next.readLong(address);
    }

    @Override
    public void writeLong(long address, long value) {
        watcher.look(address, Long.BYTES, Access.WRITE);
        next.writeLong(address, value);
    }

    @Override
    public void read(long address, MemorySegment into) {
        watcher.look(address, into.byteSize(), Access.READ);
        next.read(address, into);
        after.run();
    }

    @Override
    public void write(long address, MemorySegment from) {
        watcher.look(address, from.byteSize(), Access.WRITE);
        next.write(address, from);
        after.run();
    }

    @Override
    public void fill(long address, long length, byte value) {
        watcher.look(address, length, Access.WRITE);
        next.fill(address, length, value);
        after.run();
    }

    @Override
    public Window open(long address, long length, Access access) {
        watcher.look(address, length, access);
        return next.open(address, length, access);
    }
}
