// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.cloister.platform.layout.FfaReceiver;
import org.cloister.platform.layout.FfaTransactionWriter;
import org.cloister.platform.layout.FfaVersion;

/** A descriptor of a memory transaction that is right, to be made wrong byte by byte. */
public final class Descriptor {
    /** The trusted OS. */
    public static final int OS = 0x8001;

    private static final int ROOM = 64 * 1024;
    private static final int SHARED_ATTRIBUTES = 0x2F;
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes = MemorySegment.ofArray(new long[ROOM / Long.BYTES]);
    private final FfaTransactionWriter writer = new FfaTransactionWriter();
    private long length;
    private boolean ended;

    private Descriptor(FfaVersion version, int attributes, long tag, int... receivers) {
        writer.begin(bytes, 0, version, 0, attributes, 0, tag, receivers.length);
        for (int receiver : receivers) {
            writer.receiver(receiver, FfaReceiver.READ_WRITE);
        }
    }

    /** Shares a page. */
    public static Descriptor share(FfaVersion version, long page) {
        return sharing(version).range(page, 1);
    }

    /** Shares what is added by {@link #range}. */
    public static Descriptor sharing(FfaVersion version, int... receivers) {
        return new Descriptor(version, SHARED_ATTRIBUTES, 0, receivers.length == 0 ? new int[] {OS} : receivers);
    }

    /** Lends a range. */
    public static Descriptor lend(FfaVersion version, long useCase, long address, int pages) {
        return lending(version, useCase).range(address, pages);
    }

    /** Lends what is added by {@link #range}. */
    public static Descriptor lending(FfaVersion version, long useCase) {
        return new Descriptor(version, 0, useCase, OS);
    }

    /** Adds a range; not after a change. */
    public Descriptor range(long address, int pages) {
        writer.range(address, pages);
        return this;
    }

    private void end() {
        if (!ended) {
            length = writer.end();
            ended = true;
        }
    }

    /** Changes a byte. */
    public Descriptor u8(long at, int value) {
        end();
        bytes.set(ValueLayout.JAVA_BYTE, at, (byte) value);
        return this;
    }

    /** Changes 16 bits. */
    public Descriptor u16(long at, int value) {
        end();
        bytes.set(U16, at, (short) value);
        return this;
    }

    /** Changes 32 bits. */
    public Descriptor u32(long at, int value) {
        end();
        bytes.set(U32, at, value);
        return this;
    }

    /** Changes 64 bits. */
    public Descriptor u64(long at, long value) {
        end();
        bytes.set(U64, at, value);
        return this;
    }

    /** Moves bytes towards the end; what was there stays. */
    public Descriptor move(long from, long to, long count) {
        end();
        MemorySegment.copy(bytes, from, bytes, to, count);
        length = Math.max(length, to + count);
        return this;
    }

    /** Says how long it is. */
    public Descriptor length(long wanted) {
        end();
        length = wanted;
        return this;
    }

    /** How long it is. */
    public long length() {
        end();
        return length;
    }

    /** Its bytes. */
    public MemorySegment bytes() {
        end();
        return bytes.asSlice(0, length);
    }
}
