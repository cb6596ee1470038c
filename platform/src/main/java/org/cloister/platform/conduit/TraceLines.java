// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Writes the lines of a trace. Guarded by the {@link RecordingConduit} it belongs to. */
final class TraceLines {
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int LINE = 16;

    private final BufferedWriter out;
    private boolean closed;

    TraceLines(BufferedWriter out) {
        this.out = out;
    }

    void text(String line) {
        if (closed) {
            return;
        }
        try {
            out.write(line);
            out.newLine();
        } catch (IOException e) {
            throw new UncheckedIOException("a call to firmware cannot be recorded", e);
        }
    }

    void registers(String word, SmcRegisters registers) {
        text(word + " " + registers);
    }

    /** Whole words of 32 bits, four a line; bytes that are left over are not shown. */
    void words32(String word, MemorySegment bytes) {
        for (long at = 0; at + Integer.BYTES <= bytes.byteSize(); at += LINE) {
            var line = new StringBuilder("%s %08x:".formatted(word, at));
            for (long i = at; i < at + LINE && i + Integer.BYTES <= bytes.byteSize(); i += Integer.BYTES) {
                line.append(" %08x".formatted(bytes.get(U32, i)));
            }
            text(line.toString());
        }
    }

    /** Words of 64 bits, two a line. */
    void words64(String word, MemorySegment bytes) {
        for (long at = 0; at + Long.BYTES <= bytes.byteSize(); at += LINE) {
            var line = new StringBuilder("%s %08x:".formatted(word, at));
            for (long i = at; i < at + LINE && i + Long.BYTES <= bytes.byteSize(); i += Long.BYTES) {
                line.append(" %016x".formatted(bytes.get(U64, i)));
            }
            text(line.toString());
        }
    }

    void list(long address, long[] pages) {
        var line = new StringBuilder("list %x:".formatted(address));
        for (long page : pages) {
            line.append(' ').append(Long.toHexString(page));
        }
        text(line.toString());
    }

    void flush() {
        if (closed) {
            return;
        }
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("a call to firmware cannot be recorded", e);
        }
    }

    void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a trace cannot be completed", e);
        }
    }
}
