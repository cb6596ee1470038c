// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Header of a memory transaction, FF-A 1.1 and later. It says where the receivers are and how long each is.
 *
 * <pre>
 *  0  u16  sender
 *  2  u16  attributes       memory attributes
 *  4  u32  flags
 *  8  u64  handle           zero in a request
 * 16  u64  tag
 * 24  u32  receiver_size    16 before FF-A 1.2, then 32
 * 28  u32  receiver_count
 * 32  u32  receiver_offset  a multiple of 16
 * 36  u32  reserved0
 * 40  u64  reserved1
 * 48
 * </pre>
 */
@ProviderType
public final class FfaHeader11 {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U16.withName("sender"),
            Fields.U16.withName("attributes"),
            Fields.U32.withName("flags"),
            Fields.U64.withName("handle"),
            Fields.U64.withName("tag"),
            Fields.U32.withName("receiver_size"),
            Fields.U32.withName("receiver_count"),
            Fields.U32.withName("receiver_offset"),
            Fields.U32.withName("reserved0"),
            Fields.U64.withName("reserved1"));

    /** Bytes. */
    public static final int SIZE = 48;

    private static final VarHandle SENDER = Fields.of(LAYOUT, "sender");
    private static final VarHandle ATTRIBUTES = Fields.of(LAYOUT, "attributes");
    private static final VarHandle FLAGS = Fields.of(LAYOUT, "flags");
    private static final VarHandle HANDLE = Fields.of(LAYOUT, "handle");
    private static final VarHandle TAG = Fields.of(LAYOUT, "tag");
    private static final VarHandle RECEIVER_SIZE = Fields.of(LAYOUT, "receiver_size");
    private static final VarHandle RECEIVER_COUNT = Fields.of(LAYOUT, "receiver_count");
    private static final VarHandle RECEIVER_OFFSET = Fields.of(LAYOUT, "receiver_offset");
    private static final VarHandle RESERVED0 = Fields.of(LAYOUT, "reserved0");
    private static final VarHandle RESERVED1 = Fields.of(LAYOUT, "reserved1");

    private FfaHeader11() {}

    /** The sender's endpoint id. */
    public static int sender(MemorySegment segment, long at) {
        return Short.toUnsignedInt((short) SENDER.get(segment, at));
    }

    /** The memory attributes. */
    public static int attributes(MemorySegment segment, long at) {
        return Short.toUnsignedInt((short) ATTRIBUTES.get(segment, at));
    }

    /** The transaction's flags. */
    public static int flags(MemorySegment segment, long at) {
        return (int) FLAGS.get(segment, at);
    }

    /** The handle. */
    public static long handle(MemorySegment segment, long at) {
        return (long) HANDLE.get(segment, at);
    }

    /** The tag. */
    public static long tag(MemorySegment segment, long at) {
        return (long) TAG.get(segment, at);
    }

    /** Bytes of each receiver, as an unsigned number. */
    public static int receiverSize(MemorySegment segment, long at) {
        return (int) RECEIVER_SIZE.get(segment, at);
    }

    /** How many receivers there are, as an unsigned number. */
    public static int receiverCount(MemorySegment segment, long at) {
        return (int) RECEIVER_COUNT.get(segment, at);
    }

    /** Where the first receiver is, counted from the header, as an unsigned number. */
    public static int receiverOffset(MemorySegment segment, long at) {
        return (int) RECEIVER_OFFSET.get(segment, at);
    }

    /** Whether a reserved field is not zero. */
    public static boolean reservedSet(MemorySegment segment, long at) {
        return (int) RESERVED0.get(segment, at) != 0 || (long) RESERVED1.get(segment, at) != 0;
    }

    /** Writes all fields; reserved ones and the handle become zero, the receivers follow at once. */
    static void write(
            long[] words, int sender, int attributes, int flags, long tag, int receiverSize, int receiverCount) {
        words[0] = sender & 0xFFFF | (attributes & 0xFFFFL) << 16 | (long) flags << Integer.SIZE;
        words[1] = 0;
        words[2] = tag;
        words[3] = receiverSize | (long) receiverCount << Integer.SIZE;
        words[4] = SIZE;
        words[5] = 0;
    }
}
