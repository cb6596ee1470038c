// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Payload of {@link org.cloister.platform.conduit.PspCommand#LOAD_TA}.
 *
 * <pre>
 *    0  u32  low_addr         bits 31:0 of the binary's physical address
 *    4  u32  hi_addr          bits 63:32
 *    8  u32  size             bytes of the binary
 *   12  u32  ta_handle        out: by what number the application is known
 *   16  u32  return_origin    out: who gave the status
 *   20
 * </pre>
 */
@ProviderType
public final class PspLoadTa {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("low_addr"),
            Fields.U32.withName("hi_addr"),
            Fields.U32.withName("size"),
            Fields.U32.withName("ta_handle"),
            Fields.U32.withName("return_origin"));

    /** Bytes. */
    public static final int SIZE = 20;

    private static final VarHandle LOW_ADDR = Fields.of(LAYOUT, "low_addr");
    private static final VarHandle HI_ADDR = Fields.of(LAYOUT, "hi_addr");
    private static final VarHandle LENGTH = Fields.of(LAYOUT, "size");
    private static final VarHandle TA_HANDLE = Fields.of(LAYOUT, "ta_handle");
    private static final VarHandle RETURN_ORIGIN = Fields.of(LAYOUT, "return_origin");

    private PspLoadTa() {}

    /** Reads {@code low_addr}. */
    public static int lowAddr(MemorySegment segment, long at) {
        return (int) LOW_ADDR.get(segment, at);
    }

    /** Sets {@code low_addr}. */
    public static void lowAddr(MemorySegment segment, long at, int value) {
        LOW_ADDR.set(segment, at, value);
    }

    /** Reads {@code hi_addr}. */
    public static int hiAddr(MemorySegment segment, long at) {
        return (int) HI_ADDR.get(segment, at);
    }

    /** Sets {@code hi_addr}. */
    public static void hiAddr(MemorySegment segment, long at, int value) {
        HI_ADDR.set(segment, at, value);
    }

    /** Reads {@code size}. */
    public static int size(MemorySegment segment, long at) {
        return (int) LENGTH.get(segment, at);
    }

    /** Sets {@code size}. */
    public static void size(MemorySegment segment, long at, int value) {
        LENGTH.set(segment, at, value);
    }

    /** Reads {@code ta_handle}. */
    public static int taHandle(MemorySegment segment, long at) {
        return (int) TA_HANDLE.get(segment, at);
    }

    /** Sets {@code ta_handle}. */
    public static void taHandle(MemorySegment segment, long at, int value) {
        TA_HANDLE.set(segment, at, value);
    }

    /** Reads {@code return_origin}. */
    public static int returnOrigin(MemorySegment segment, long at) {
        return (int) RETURN_ORIGIN.get(segment, at);
    }

    /** Sets {@code return_origin}. */
    public static void returnOrigin(MemorySegment segment, long at, int value) {
        RETURN_ORIGIN.set(segment, at, value);
    }

    /** The physical address of the binary. */
    public static long address(MemorySegment segment, long at) {
        return Integer.toUnsignedLong(lowAddr(segment, at)) | (long) hiAddr(segment, at) << Integer.SIZE;
    }

    /** Sets the physical address of the binary. */
    public static void address(MemorySegment segment, long at, long address) {
        lowAddr(segment, at, (int) address);
        hiAddr(segment, at, (int) (address >>> Integer.SIZE));
    }
}
