// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A receiver of a memory transaction (FF-A: endpoint memory access descriptor). Until FF-A 1.1 it ends after 16 bytes,
 * the last eight reserved.
 *
 * <pre>
 *  0  u16  endpoint
 *  2  u8   permissions       read-only 1, read-write 2, not executable 4, executable 8
 *  3  u8   flags             not a borrower that retrieves 1
 *  4  u32  composite_offset  of the composite region, counted from the header of the transaction
 *  8  u64  implementation0   reserved until 1.1
 * 16  u64  implementation1   from 1.2 on
 * 24  u64  reserved          from 1.2 on
 * 32
 * </pre>
 */
@ProviderType
public final class FfaReceiver {
    /** The layout from FF-A 1.2 on; earlier ones are its first half. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U16.withName("endpoint"),
            Fields.U8.withName("permissions"),
            Fields.U8.withName("flags"),
            Fields.U32.withName("composite_offset"),
            Fields.U64.withName("implementation0"),
            Fields.U64.withName("implementation1"),
            Fields.U64.withName("reserved"));

    // A handle refuses a segment that does not hold its whole layout, thus those to fields that earlier versions have
    // are made from layouts that end where those versions end.
    private static final MemoryLayout COMMON = MemoryLayout.structLayout(
            Fields.U16.withName("endpoint"),
            Fields.U8.withName("permissions"),
            Fields.U8.withName("flags"),
            Fields.U32.withName("composite_offset"));
    private static final MemoryLayout UNTIL_1_1 = MemoryLayout.structLayout(
            COMMON.withName("common"),
            Fields.U64.withName("implementation0"));

    /** Bytes from FF-A 1.2 on. */
    public static final int SIZE = 32;
    /** Bytes until FF-A 1.1. */
    public static final int SIZE_UNTIL_1_1 = 16;
    /** Bytes of the fields that all versions have. */
    public static final int COMMON_SIZE = 8;

    /** Permission: read only. */
    public static final int READ_ONLY = 1;
    /** Permission: read and write. */
    public static final int READ_WRITE = 2;

    private static final VarHandle ENDPOINT = Fields.of(COMMON, "endpoint");
    private static final VarHandle PERMISSIONS = Fields.of(COMMON, "permissions");
    private static final VarHandle FLAGS = Fields.of(COMMON, "flags");
    private static final VarHandle COMPOSITE_OFFSET = Fields.of(COMMON, "composite_offset");
    private static final VarHandle IMPLEMENTATION0 = Fields.of(UNTIL_1_1, "implementation0");
    private static final VarHandle IMPLEMENTATION1 = Fields.of(LAYOUT, "implementation1");
    private static final VarHandle RESERVED = Fields.of(LAYOUT, "reserved");

    private FfaReceiver() {}

    /** The receiver's endpoint id. */
    public static int endpoint(MemorySegment segment, long at) {
        return Short.toUnsignedInt((short) ENDPOINT.get(segment, at));
    }

    /** The permissions it gets. */
    public static int permissions(MemorySegment segment, long at) {
        return Byte.toUnsignedInt((byte) PERMISSIONS.get(segment, at));
    }

    /** Its flags. */
    public static int flags(MemorySegment segment, long at) {
        return Byte.toUnsignedInt((byte) FLAGS.get(segment, at));
    }

    /** Where the composite region is, counted from the header of the transaction, as an unsigned number. */
    public static int compositeOffset(MemorySegment segment, long at) {
        return (int) COMPOSITE_OFFSET.get(segment, at);
    }

    /** Whether a reserved field is not zero, in a receiver of {@code size} bytes, 16 or 32. */
    public static boolean reservedSet(MemorySegment segment, long at, int size) {
        return size >= SIZE
                ? (long) RESERVED.get(segment, at) != 0
                : (long) IMPLEMENTATION0.get(segment, at) != 0;
    }

    static int endpoint(long first) {
        return (int) first & 0xFFFF;
    }

    static int permissions(long first) {
        return (int) first >>> 16 & 0xFF;
    }

    static int flags(long first) {
        return (int) first >>> 24;
    }

    static long compositeOffset(long first) {
        return first >>> Integer.SIZE;
    }

    static void write(long[] words, int at, int many, int endpoint, int permissions, int compositeOffset) {
        words[at] = endpoint & 0xFFFF | (permissions & 0xFF) << 16 | (long) compositeOffset << Integer.SIZE;
        words[at + 1] = 0;
        if (many > 2) {
            words[at + 2] = 0;
            words[at + 3] = 0;
        }
    }

    /** Writes all fields of a receiver of {@code size} bytes, 16 or 32; those not given become zero. */
    public static void write(
            MemorySegment segment, long at, int size, int endpoint, int permissions, int compositeOffset) {
        ENDPOINT.set(segment, at, (short) endpoint);
        PERMISSIONS.set(segment, at, (byte) permissions);
        FLAGS.set(segment, at, (byte) 0);
        COMPOSITE_OFFSET.set(segment, at, compositeOffset);
        IMPLEMENTATION0.set(segment, at, 0L);
        if (size >= SIZE) {
            IMPLEMENTATION1.set(segment, at, 0L);
            RESERVED.set(segment, at, 0L);
        }
    }
}
