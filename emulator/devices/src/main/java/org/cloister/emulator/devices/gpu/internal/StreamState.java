// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.cloister.platform.mali.CommandStream;

/** A command stream that is on: where it is, and its registers. For the GPU's thread. */
final class StreamState {
    /** Bytes that the state takes in a suspend buffer. */
    static final int SAVED_BYTES = 2 * Long.BYTES + CommandStream.REGISTERS * Integer.BYTES;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** What a stream does. */
    enum Progress { RUNNING, WAITS_FOR_PROTECTED_MODE, IN_PROTECTED_REGION, FATAL }

    final int group;
    final int number;
    final long ring;
    final long ringSize;
    final long hostSide;
    final long ownSide;
    final long[] pairs = new long[CommandStream.REGISTERS / 2];
    Progress progress = Progress.RUNNING;
    boolean saved;
    long extract;
    long regionEnd;

    StreamState(int group, int number, long ring, long ringSize, long hostSide, long ownSide) {
        this.group = group;
        this.number = number;
        this.ring = ring;
        this.ringSize = ringSize;
        this.hostSide = hostSide;
        this.ownSide = ownSide;
    }

    long pair(int register) {
        return pairs[register / 2 % pairs.length];
    }

    void pair(int register, long value) {
        pairs[register / 2 % pairs.length] = value;
    }

    /** The state, for a suspend buffer; forgets the registers. */
    MemorySegment save() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[SAVED_BYTES]);
        bytes.set(U64, 0, extract);
        bytes.set(U64, Long.BYTES, regionEnd);
        for (int i = 0; i < pairs.length; i++) {
            bytes.set(U64, 2L * Long.BYTES + (long) i * Long.BYTES, pairs[i]);
            pairs[i] = 0;
        }
        saved = true;
        return bytes;
    }

    /** Takes the registers back from a suspend buffer. */
    void restore(MemorySegment bytes) {
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = bytes.get(U64, 2L * Long.BYTES + (long) i * Long.BYTES);
        }
        saved = false;
    }
}
