// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.emulator.soc.MemoryCipher;

/**
 * Memory as a secure engine sees it, page by page: clear text where it has the key, the cells everywhere else.
 * Immutable, and safe for use by any thread.
 */
final class ClearText {
    private final Bus bus;
    private final int initiator;

    ClearText(Bus bus, int initiator) {
        this.bus = bus;
        this.initiator = initiator;
    }

    MemorySegment read(Cells cells, long address, int length) {
        MemorySegment word = MemorySegment.ofArray(new byte[length]);
        read(cells, address, word);
        return word;
    }

    void read(Cells cells, long address, MemorySegment into) {
        long length = into.byteSize();
        for (long done = 0, piece; done < length; done += piece) {
            long at = address + done;
            piece = withinPage(at, length - done);
            MemorySegment part = into.asSlice(done, piece);
            Optional<CipherRange> cipher = bus.cipher(initiator, at);
            if (cipher.isPresent()) {
                cipher.get().read(cells, at, part);
            } else {
                cells.load(at, part);
            }
        }
    }

    void write(Cells cells, long address, MemorySegment from) {
        long length = from.byteSize();
        for (long done = 0, piece; done < length; done += piece) {
            long at = address + done;
            piece = withinPage(at, length - done);
            writePiece(cells, at, from.asSlice(done, piece));
        }
    }

    void fill(Cells cells, long address, long length, byte value) {
        MemorySegment page = MemorySegment.ofArray(new byte[MemoryCipher.PAGE]).fill(value);
        for (long done = 0, piece; done < length; done += piece) {
            long at = address + done;
            piece = withinPage(at, length - done);
            writePiece(cells, at, page.asSlice(0, piece));
        }
    }

    private void writePiece(Cells cells, long at, MemorySegment part) {
        Optional<CipherRange> cipher = bus.cipher(initiator, at);
        if (cipher.isPresent()) {
            cipher.get().write(cells, at, part);
        } else {
            cells.store(at, part);
        }
    }

    private static long withinPage(long address, long length) {
        return Math.min(MemoryCipher.PAGE - address % MemoryCipher.PAGE, length);
    }
}
