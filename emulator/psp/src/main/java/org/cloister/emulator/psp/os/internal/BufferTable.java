// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.cloister.emulator.optee.TaException;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.layout.PspMapMemory;
import org.cloister.platform.layout.PspRingEntry;
import org.cloister.platform.layout.PspUnmapMemory;
import org.cloister.tee.TeeCode;

/** Memory that is shared with the trusted OS, by the numbers of its buffers. For the thread of the secure processor. */
final class BufferTable {
    private static final long PAGE = 4096;
    private static final int MAX_BUFFERS = 1024;
    private static final int AT = PspRingEntry.PAYLOAD;

    private final Machine machine;
    private final Map<Integer, SharedBuffer> buffers = new TreeMap<>();
    private int nextBuffer = 1;

    BufferTable(Machine machine) {
        this.machine = machine;
    }

    /** The buffer of a number. */
    Optional<SharedBuffer> find(int number) {
        return Optional.ofNullable(buffers.get(number));
    }

    /** Maps what an entry says, and writes the number of the buffer to it. */
    int map(MemorySegment entry) {
        int count = PspMapMemory.count(entry, AT);
        if (count < 1 || count > PspMapMemory.MAX_DESCRIPTORS) {
            throw PspCall.bad(count + " pieces are not 1 to " + PspMapMemory.MAX_DESCRIPTORS);
        }
        List<AddressRange> pieces = new ArrayList<>();
        long total = 0;
        for (int i = 0; i < count; i++) {
            AddressRange piece = piece(entry, i);
            if (pieces.stream().anyMatch(piece::overlaps)) {
                throw PspCall.bad(piece + " overlaps another piece");
            }
            pieces.add(piece);
            total += piece.size();
        }
        for (int i = count; i < PspMapMemory.MAX_DESCRIPTORS; i++) {
            if (PspMapMemory.address(entry, AT, i) != 0 || PspMapMemory.pieceSize(entry, AT, i) != 0) {
                throw PspCall.bad("descriptor %d is not counted and not zero".formatted(i));
            }
        }
        if (total != Integer.toUnsignedLong(PspMapMemory.size(entry, AT))) {
            throw PspCall.bad("the pieces have 0x%x bytes and not 0x%x".formatted(total, PspMapMemory.size(entry, AT)));
        }
        if (buffers.size() == MAX_BUFFERS) {
            throw new TaException(TeeCode.OUT_OF_MEMORY, MAX_BUFFERS + " buffers are mapped");
        }
        while (nextBuffer <= 0 || buffers.containsKey(nextBuffer)) {
            nextBuffer = nextBuffer < 0 ? 1 : nextBuffer + 1;
        }
        buffers.put(nextBuffer, new SharedBuffer(pieces, total));
        PspMapMemory.bufId(entry, AT, nextBuffer++);
        return TeeCode.SUCCESS;
    }

    private AddressRange piece(MemorySegment entry, int index) {
        long address = PspMapMemory.address(entry, AT, index);
        long size = Integer.toUnsignedLong(PspMapMemory.pieceSize(entry, AT, index));
        if (address == 0 || size == 0 || (address | size) % PAGE != 0 || address < 0) {
            throw PspCall.bad("0x%x bytes at 0x%x are not made of pages".formatted(size, address));
        }
        if (!machine.isOpen(address, size) && !machine.isProtected(address, size)) {
            throw new TaException(TeeCode.ACCESS_DENIED,
                    "0x%x bytes at 0x%x are neither normal nor protected memory".formatted(size, address));
        }
        return new AddressRange(address, size);
    }

    /** Forgets the buffer that an entry names. */
    int unmap(MemorySegment entry) {
        int id = PspUnmapMemory.bufId(entry, AT);
        if (buffers.remove(id) == null) {
            throw new TaException(TeeCode.ITEM_NOT_FOUND, "there is no buffer " + id);
        }
        return TeeCode.SUCCESS;
    }

    /** Forgets all. */
    void clear() {
        buffers.clear();
    }

    @Override
    public String toString() {
        return buffers.toString();
    }
}
