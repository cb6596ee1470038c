// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Payload of {@link org.cloister.platform.conduit.PspCommand#MAP_SHARED_MEMORY}: pieces of normal memory that become one
 * buffer.
 *
 * <pre>
 *    0  u32  buf_id           out: by what number the buffer is known
 *    4  u32  count            how many descriptors are used
 *    8  u32  size             bytes of all pieces together
 *   12       descriptors      { u32 low_addr, hi_addr, size }[64]
 *  780
 * </pre>
 */
@ProviderType
public final class PspMapMemory {
    /** The most pieces of a buffer. */
    public static final int MAX_DESCRIPTORS = 64;

    private static final MemoryLayout DESCRIPTOR = MemoryLayout.structLayout(Fields.U32.withName("low_addr"),
            Fields.U32.withName("hi_addr"), Fields.U32.withName("size"));

    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("buf_id"),
            Fields.U32.withName("count"),
            Fields.U32.withName("size"),
            MemoryLayout.sequenceLayout(MAX_DESCRIPTORS, DESCRIPTOR).withName("descriptors"));

    /** Bytes. */
    public static final int SIZE = 780;

    private static final VarHandle BUF_ID = Fields.of(LAYOUT, "buf_id");
    private static final VarHandle COUNT = Fields.of(LAYOUT, "count");
    private static final VarHandle LENGTH = Fields.of(LAYOUT, "size");
    private static final VarHandle LOW_ADDR = descriptor("low_addr");
    private static final VarHandle HI_ADDR = descriptor("hi_addr");
    private static final VarHandle PIECE_SIZE = descriptor("size");

    private PspMapMemory() {}

    private static VarHandle descriptor(String field) {
        return LAYOUT.varHandle(PathElement.groupElement("descriptors"), PathElement.sequenceElement(),
                PathElement.groupElement(field)).withInvokeExactBehavior();
    }

    /** Reads {@code buf_id}. */
    public static int bufId(MemorySegment segment, long at) {
        return (int) BUF_ID.get(segment, at);
    }

    /** Sets {@code buf_id}. */
    public static void bufId(MemorySegment segment, long at, int value) {
        BUF_ID.set(segment, at, value);
    }

    /** Reads {@code count}. */
    public static int count(MemorySegment segment, long at) {
        return (int) COUNT.get(segment, at);
    }

    /** Sets {@code count}. */
    public static void count(MemorySegment segment, long at, int value) {
        COUNT.set(segment, at, value);
    }

    /** Reads {@code size}. */
    public static int size(MemorySegment segment, long at) {
        return (int) LENGTH.get(segment, at);
    }

    /** Sets {@code size}. */
    public static void size(MemorySegment segment, long at, int value) {
        LENGTH.set(segment, at, value);
    }

    /** The physical address of piece {@code index}, 0 to 63. */
    public static long address(MemorySegment segment, long at, int index) {
        return Integer.toUnsignedLong((int) LOW_ADDR.get(segment, at, (long) index))
                | (long) (int) HI_ADDR.get(segment, at, (long) index) << Integer.SIZE;
    }

    /** The bytes of piece {@code index}, 0 to 63. */
    public static int pieceSize(MemorySegment segment, long at, int index) {
        return (int) PIECE_SIZE.get(segment, at, (long) index);
    }

    /** Sets piece {@code index}, 0 to 63. */
    public static void piece(MemorySegment segment, long at, int index, long address, int size) {
        LOW_ADDR.set(segment, at, (long) index, (int) address);
        HI_ADDR.set(segment, at, (long) index, (int) (address >>> Integer.SIZE));
        PIECE_SIZE.set(segment, at, (long) index, size);
    }
}
