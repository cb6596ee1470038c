// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.lang.foreign.MemorySegment;
import org.cloister.platform.BusFault;
import org.cloister.platform.PhysicalMemory;

/** Reads memory for a trace, as the caller sees it; what it may not see is recorded as nothing. */
final class TraceMemory {
    static final int PAGE = 4096;

    private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

    private final PhysicalMemory memory;

    TraceMemory(PhysicalMemory memory) {
        this.memory = memory;
    }

    /** Bytes at an address; none when they cannot be read. */
    MemorySegment read(long address, long length) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) length]);
        try {
            memory.read(address, bytes);
            return bytes;
        } catch (BusFault unreadable) {
            return NOTHING;
        }
    }

    /** Bytes in memory that is made of pages; none when they leave it or cannot be read. */
    MemorySegment read(long[] pages, long offset, long length) {
        if (offset < 0) {
            return NOTHING;
        }
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) length]);
        for (long done = 0; done < length;) {
            long page = (offset + done) / PAGE;
            long within = (offset + done) % PAGE;
            long piece = Math.min(PAGE - within, length - done);
            if (page >= pages.length) {
                return NOTHING;
            }
            MemorySegment read = read(pages[(int) page] + within, piece);
            if (read.byteSize() != piece) {
                return NOTHING;
            }
            bytes.asSlice(done, piece).copyFrom(read);
            done += piece;
        }
        return bytes;
    }
}
