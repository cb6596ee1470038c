// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Header of a memory transaction, FF-A 1.0. The receivers follow at once.
 *
 * <pre>
 *  0  u16  sender
 *  2  u8   attributes     memory attributes
 *  3  u8   reserved0
 *  4  u32  flags
 *  8  u64  handle         zero in a request
 * 16  u64  tag
 * 24  u32  reserved1
 * 28  u32  receiver_count
 * 32
 * </pre>
 */
@ProviderType
public final class FfaHeader10 {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U16.withName("sender"),
            Fields.U8.withName("attributes"),
            Fields.U8.withName("reserved0"),
            Fields.U32.withName("flags"),
            Fields.U64.withName("handle"),
            Fields.U64.withName("tag"),
            Fields.U32.withName("reserved1"),
            Fields.U32.withName("receiver_count"));

    /** Bytes. */
    public static final int SIZE = 32;

    private static final VarHandle SENDER = Fields.of(LAYOUT, "sender");
    private static final VarHandle ATTRIBUTES = Fields.of(LAYOUT, "attributes");
    private static final VarHandle RESERVED0 = Fields.of(LAYOUT, "reserved0");
    private static final VarHandle FLAGS = Fields.of(LAYOUT, "flags");
    private static final VarHandle HANDLE = Fields.of(LAYOUT, "handle");
    private static final VarHandle TAG = Fields.of(LAYOUT, "tag");
    private static final VarHandle RESERVED1 = Fields.of(LAYOUT, "reserved1");
    private static final VarHandle RECEIVER_COUNT = Fields.of(LAYOUT, "receiver_count");

    private FfaHeader10() {}

    /** The sender's endpoint id. */
    public static int sender(MemorySegment segment, long at) {
        return Short.toUnsignedInt((short) SENDER.get(segment, at));
    }

    /** The memory attributes. */
    public static int attributes(MemorySegment segment, long at) {
        return Byte.toUnsignedInt((byte) ATTRIBUTES.get(segment, at));
    }

    /** Whether a reserved field is not zero. */
    public static boolean reservedSet(MemorySegment segment, long at) {
        return (byte) RESERVED0.get(segment, at) != 0 || (int) RESERVED1.get(segment, at) != 0;
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

    /** How many receivers follow, as an unsigned number. */
    public static int receiverCount(MemorySegment segment, long at) {
        return (int) RECEIVER_COUNT.get(segment, at);
    }

    static long reserved(long first) {
        return first >>> 24 & 0xFF;
    }

    /** Writes all fields; reserved ones and the handle become zero. */
    static void write(long[] words, int sender, int attributes, int flags, long tag, int receiverCount) {
        words[0] = sender & 0xFFFF | (attributes & 0xFF) << 16 | (long) flags << Integer.SIZE;
        words[1] = 0;
        words[2] = tag;
        words[3] = (long) receiverCount << Integer.SIZE;
    }
}
