// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A parameter of an {@linkplain OpteeMessage OP-TEE message} (Linux: {@code struct optee_msg_param}).
 *
 * <pre>
 *  0  u64  attributes      type in bits 7 to 0, META bit 8, NONCONTIG bit 9
 *          value       tmem            rmem            fmem
 *  8  u64  a           address         offset          u32 offset_low, u16 offset_high, u16 internal_offset
 * 16  u64  b           size            size            size
 * 24  u64  c           reference       reference       handle
 * 32
 * </pre>
 *
 * <p>{@code tmem} is memory at a physical address (or a {@linkplain OpteePageList list of pages} there), {@code rmem} a
 * part of registered memory, {@code fmem} a part of memory that was shared by FF-A. The reference of an {@code rmem}
 * and the handle of an {@code fmem} are at the same place, as are all sizes.
 */
@ProviderType
public final class OpteeParameter {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U64.withName("attributes"),
            MemoryLayout.unionLayout(
                    MemoryLayout.structLayout(
                            Fields.U64.withName("a"), Fields.U64.withName("b"), Fields.U64.withName("c"))
                            .withName("value"),
                    MemoryLayout.structLayout(
                            Fields.U64.withName("address"), Fields.U64.withName("size"),
                            Fields.U64.withName("reference"))
                            .withName("tmem"),
                    MemoryLayout.structLayout(
                            Fields.U64.withName("offset"), Fields.U64.withName("size"),
                            Fields.U64.withName("reference"))
                            .withName("rmem"),
                    MemoryLayout.structLayout(
                            Fields.U32.withName("offset_low"), Fields.U16.withName("offset_high"),
                            Fields.U16.withName("internal_offset"), Fields.U64.withName("size"),
                            Fields.U64.withName("handle"))
                            .withName("fmem"))
                    .withName("u"));

    /** Bytes. */
    public static final int SIZE = 32;

    /** Type: none. */
    public static final int NONE = 0;
    /** Type: value, in. */
    public static final int VALUE_INPUT = 1;
    /** Type: value, out. */
    public static final int VALUE_OUTPUT = 2;
    /** Type: value, in and out. */
    public static final int VALUE_INOUT = 3;
    /** Type: registered memory (SMC) or memory shared by FF-A, in. */
    public static final int RMEM_INPUT = 5;
    /** Type: registered memory (SMC) or memory shared by FF-A, out. */
    public static final int RMEM_OUTPUT = 6;
    /** Type: registered memory (SMC) or memory shared by FF-A, in and out. */
    public static final int RMEM_INOUT = 7;
    /** Type: memory at a physical address, in. */
    public static final int TMEM_INPUT = 9;
    /** Type: memory at a physical address, out. */
    public static final int TMEM_OUTPUT = 10;
    /** Type: memory at a physical address, in and out. */
    public static final int TMEM_INOUT = 11;
    /** The bits of the type. */
    public static final int TYPE_MASK = 0xFF;
    /** Attribute: for the trusted OS, not for the application. */
    public static final int META = 1 << 8;
    /** Attribute: the address is that of a list of pages. */
    public static final int NONCONTIGUOUS = 1 << 9;
    /** The handle of an {@code fmem} that refers to nothing. */
    public static final long NO_HANDLE = -1;

    private static final VarHandle ATTRIBUTES = Fields.of(LAYOUT, "attributes");
    private static final VarHandle A = Fields.of(LAYOUT, "u", "value", "a");
    private static final VarHandle B = Fields.of(LAYOUT, "u", "value", "b");
    private static final VarHandle C = Fields.of(LAYOUT, "u", "value", "c");
    private static final VarHandle ADDRESS = Fields.of(LAYOUT, "u", "tmem", "address");
    private static final VarHandle OFFSET = Fields.of(LAYOUT, "u", "rmem", "offset");
    private static final VarHandle MEMORY_SIZE = Fields.of(LAYOUT, "u", "rmem", "size");
    private static final VarHandle REFERENCE = Fields.of(LAYOUT, "u", "rmem", "reference");
    private static final VarHandle OFFSET_LOW = Fields.of(LAYOUT, "u", "fmem", "offset_low");
    private static final VarHandle OFFSET_HIGH = Fields.of(LAYOUT, "u", "fmem", "offset_high");
    private static final VarHandle INTERNAL_OFFSET = Fields.of(LAYOUT, "u", "fmem", "internal_offset");

    private OpteeParameter() {}

    /** All attributes. */
    public static long attributes(MemorySegment segment, long at) {
        return (long) ATTRIBUTES.get(segment, at);
    }

    /** The type, one of the constants. */
    public static int type(MemorySegment segment, long at) {
        return (int) attributes(segment, at) & TYPE_MASK;
    }

    /** The first number of a value. */
    public static long a(MemorySegment segment, long at) {
        return (long) A.get(segment, at);
    }

    /** The second number of a value. */
    public static long b(MemorySegment segment, long at) {
        return (long) B.get(segment, at);
    }

    /** The third number of a value. */
    public static long c(MemorySegment segment, long at) {
        return (long) C.get(segment, at);
    }

    /** The physical address of a {@code tmem}. */
    public static long address(MemorySegment segment, long at) {
        return (long) ADDRESS.get(segment, at);
    }

    /** The offset of an {@code rmem}. */
    public static long offset(MemorySegment segment, long at) {
        return (long) OFFSET.get(segment, at);
    }

    /** The 48-bit offset of an {@code fmem}. */
    public static long sharedOffset(MemorySegment segment, long at) {
        return Integer.toUnsignedLong((int) OFFSET_LOW.get(segment, at))
                | Short.toUnsignedLong((short) OFFSET_HIGH.get(segment, at)) << 32;
    }

    /** Where in the first page the memory of an {@code fmem} begins. */
    public static int internalOffset(MemorySegment segment, long at) {
        return Short.toUnsignedInt((short) INTERNAL_OFFSET.get(segment, at));
    }

    /** Bytes of any memory. */
    public static long size(MemorySegment segment, long at) {
        return (long) MEMORY_SIZE.get(segment, at);
    }

    /** The reference of a {@code tmem} or {@code rmem}, the handle of an {@code fmem}. */
    public static long reference(MemorySegment segment, long at) {
        return (long) REFERENCE.get(segment, at);
    }

    /** Sets bytes of any memory. */
    public static void size(MemorySegment segment, long at, long size) {
        MEMORY_SIZE.set(segment, at, size);
    }

    /** Writes a parameter without content. */
    public static void none(MemorySegment segment, long at) {
        value(segment, at, NONE, 0, 0, 0);
    }

    /** Writes a value. */
    public static void value(MemorySegment segment, long at, long attributes, long a, long b, long c) {
        ATTRIBUTES.set(segment, at, attributes);
        A.set(segment, at, a);
        B.set(segment, at, b);
        C.set(segment, at, c);
    }

    /** Writes a {@code tmem}. */
    public static void temporary(
            MemorySegment segment, long at, long attributes, long address, long size, long reference) {
        value(segment, at, attributes, address, size, reference);
    }

    /** Writes an {@code rmem}. */
    public static void registered(
            MemorySegment segment, long at, long attributes, long offset, long size, long reference) {
        value(segment, at, attributes, offset, size, reference);
    }

    /** Writes an {@code fmem}; the offset keeps its low 48 bits. */
    public static void shared(MemorySegment segment, long at, long attributes, long offset, int internalOffset,
            long size, long handle) {
        ATTRIBUTES.set(segment, at, attributes);
        OFFSET_LOW.set(segment, at, (int) offset);
        OFFSET_HIGH.set(segment, at, (short) (offset >>> 32));
        INTERNAL_OFFSET.set(segment, at, (short) internalOffset);
        MEMORY_SIZE.set(segment, at, size);
        REFERENCE.set(segment, at, handle);
    }
}
