// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Writes the lines of a trace. When that fails once it writes no more: firmware is called all the same. Guarded by the
 * {@link RecordingConduit} it belongs to.
 */
final class TraceLines {
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int LINE = 16;

    private final BufferedWriter out;
    private Optional<IOException> failure = Optional.empty();
    private boolean ended;

    TraceLines(BufferedWriter out) {
        this.out = out;
    }

    void text(String line) {
        attempt(() -> {
            out.write(line);
            out.newLine();
        });
    }

    /** A step of writing. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private void attempt(Step step) {
        if (ended) {
            return;
        }
        try {
            step.run();
        } catch (IOException e) {
            failure = Optional.of(e);
            ended = true;
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
        attempt(out::flush);
    }

    /**
     * Ends the trace.
     *
     * @return why it is not complete; empty when it is
     */
    Optional<IOException> close() {
        attempt(out::flush);
        ended = true;
        try {
            out.close();
        } catch (IOException e) {
            failure = failure.or(() -> Optional.of(e));
        }
        Optional<IOException> told = failure;
        failure = Optional.empty();
        return told;
    }
}
