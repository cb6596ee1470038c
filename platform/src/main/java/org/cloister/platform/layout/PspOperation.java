// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The parameters of a call of a trusted application: four types of four bits each, with GlobalPlatform's numbers, and four
 * unions.
 *
 * <pre>
 *    0  u32  types            parameter i in bits 4i+3:4i
 *    4       param0           { u32 buf_id, offset, size } or { u32 a, b }
 *   16       param1           { u32 buf_id, offset, size } or { u32 a, b }
 *   28       param2           { u32 buf_id, offset, size } or { u32 a, b }
 *   40       param3           { u32 buf_id, offset, size } or { u32 a, b }
 *   52
 * </pre>
 */
@ProviderType
public final class PspOperation {
    private static final MemoryLayout PARAMETER = MemoryLayout.unionLayout(
            MemoryLayout.structLayout(Fields.U32.withName("buf_id"), Fields.U32.withName("offset"),
                    Fields.U32.withName("size")).withName("memory"),
            MemoryLayout.structLayout(Fields.U32.withName("a"), Fields.U32.withName("b")).withName("value"));

    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("types"),
            PARAMETER.withName("param0"),
            PARAMETER.withName("param1"),
            PARAMETER.withName("param2"),
            PARAMETER.withName("param3"));

    /** Bytes. */
    public static final int SIZE = 52;

    private static final VarHandle TYPES = Fields.of(LAYOUT, "types");

    private PspOperation() {}

    /** Reads {@code types}. */
    public static int types(MemorySegment segment, long at) {
        return (int) TYPES.get(segment, at);
    }

    /** Sets {@code types}. */
    public static void types(MemorySegment segment, long at, int value) {
        TYPES.set(segment, at, value);
    }

    /** The type of parameter {@code index}, 0 to 15. */
    public static int type(MemorySegment segment, long at, int index) {
        return types(segment, at) >>> 4 * index & 0xf;
    }

    /** Sets the type of parameter {@code index}. */
    public static void type(MemorySegment segment, long at, int index, int type) {
        types(segment, at, types(segment, at) & ~(0xf << 4 * index) | type << 4 * index);
    }

    /** A word of parameter {@code index}: 0 is {@code buf_id} or {@code a}, 1 {@code offset} or {@code b}, 2 {@code size}. */
    public static int word(MemorySegment segment, long at, int index, int word) {
        return segment.get(Fields.U32, at + offset(index, word));
    }

    /** Sets a word of parameter {@code index}. */
    public static void word(MemorySegment segment, long at, int index, int word, int value) {
        segment.set(Fields.U32, at + offset(index, word), value);
    }

    private static long offset(int index, int word) {
        return LAYOUT.byteOffset(PathElement.groupElement("param" + index)) + (long) Integer.BYTES * word;
    }
}
