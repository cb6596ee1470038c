// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Consumer;
import org.cloister.emulator.optee.TaMemory;

/** Moves bytes between the memory of clients, a piece at a time, through memory of the secure world. Stateless. */
final class Copies {
    private static final int PIECE = 16 * 1024;

    private Copies() {}

    /** Copies {@code size} bytes from the start of one memory to the start of another. */
    static void copy(TaMemory from, TaMemory to, long size) {
        pass(from, to, size, piece -> { });
    }

    /**
     * Copies {@code size} bytes from the start of one memory to the start of another, or of the same, with a change.
     *
     * @param change what to do with each piece
     */
    static void pass(TaMemory from, TaMemory to, long size, Consumer<MemorySegment> change) {
        byte[] bytes = new byte[(int) Math.min(size, PIECE)];
        MemorySegment buffer = MemorySegment.ofArray(bytes);
        try {
            for (long done = 0; done < size; done += bytes.length) {
                MemorySegment piece = buffer.asSlice(0, Math.min(bytes.length, size - done));
                from.read(done, piece);
                change.accept(piece);
                to.write(done, piece);
            }
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Replaces each byte by its negative, as xtest's applications do to show that they saw it. */
    static void negate(MemorySegment piece) {
        for (long i = 0; i < piece.byteSize(); i++) {
            byte value = piece.get(ValueLayout.JAVA_BYTE, i);
            piece.set(ValueLayout.JAVA_BYTE, i, (byte) (~value + 1));
        }
    }

    /** All bytes of a memory. */
    static byte[] bytes(TaMemory memory, int size) {
        byte[] bytes = new byte[size];
        memory.read(0, MemorySegment.ofArray(bytes));
        return bytes;
    }
}
