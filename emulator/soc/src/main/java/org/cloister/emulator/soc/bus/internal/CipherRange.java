// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.cloister.emulator.soc.EncryptedMemory;
import org.cloister.emulator.soc.MemoryCipher;
import org.cloister.emulator.soc.firewall.internal.Initiators;
import org.cloister.platform.dt.AddressRange;

/**
 * An encrypted range as its secure engines use it: a part of a block is written by reading, decrypting, changing and
 * encrypting all of it, and nobody with the key sees a block half written.
 *
 * <p>Safe for use by any thread: a lock for each page, of which some share one, makes blocks whole.
 */
final class CipherRange {
    private static final int LOCKS = 64;

    private final EncryptedMemory memory;
    private final BitSet engines = new BitSet(); // never changed
    private final ReadWriteLock[] locks = new ReadWriteLock[LOCKS];

    CipherRange(EncryptedMemory memory, Initiators initiators) {
        this.memory = memory;
        memory.engines().forEach(engine -> engines.set(initiators.indexOf(engine.name())));
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantReadWriteLock();
        }
    }

    String name() {
        return memory.name();
    }

    AddressRange range() {
        return memory.range();
    }

    boolean serves(int initiator) {
        return engines.get(initiator);
    }

    boolean touches(long address, long length) {
        AddressRange range = memory.range();
        return address < range.base() + range.size() && range.base() < address + length;
    }

    /** Reads clear text; {@code into} does not leave the page. */
    void read(Cells cells, long address, MemorySegment into) {
        long first = address & -MemoryCipher.BLOCK;
        byte[] blocks = new byte[blocks(address, into.byteSize())];
        Lock lock = lock(address).readLock();
        lock.lock();
        try {
            cells.load(first, MemorySegment.ofArray(blocks));
        } finally {
            lock.unlock();
        }
        memory.cipher().decrypt(first, blocks);
        MemorySegment.copy(MemorySegment.ofArray(blocks), address - first, into, 0, into.byteSize());
    }

    /** Writes clear text; {@code from} does not leave the page. */
    void write(Cells cells, long address, MemorySegment from) {
        long first = address & -MemoryCipher.BLOCK;
        byte[] blocks = new byte[blocks(address, from.byteSize())];
        MemorySegment whole = MemorySegment.ofArray(blocks);
        Lock lock = lock(address).writeLock();
        lock.lock();
        try {
            if (blocks.length != from.byteSize()) {
                cells.load(first, whole);
                memory.cipher().decrypt(first, blocks);
            }
            MemorySegment.copy(from, 0, whole, address - first, from.byteSize());
            memory.cipher().encrypt(first, blocks);
            cells.store(first, whole);
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of the blocks that a range touches. */
    private static int blocks(long address, long length) {
        long first = address & -MemoryCipher.BLOCK;
        return (int) (address + length + MemoryCipher.BLOCK - 1 - first & -MemoryCipher.BLOCK);
    }

    private ReadWriteLock lock(long address) {
        return locks[(int) (address / MemoryCipher.PAGE % LOCKS)];
    }
}
