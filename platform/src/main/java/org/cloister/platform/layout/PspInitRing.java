// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the mailbox command "initialise ring" takes (Linux: {@code struct tee_init_ring_cmd}).
 *
 * <pre>
 *    0  u32  low_addr         bits 31:0 of the ring's physical address
 *    4  u32  hi_addr          bits 63:32
 *    8  u32  size             bytes of the ring
 *   12
 * </pre>
 */
@ProviderType
public final class PspInitRing {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("low_addr"),
            Fields.U32.withName("hi_addr"),
            Fields.U32.withName("size"));

    /** Bytes. */
    public static final int SIZE = 12;

    private static final VarHandle LOW_ADDR = Fields.of(LAYOUT, "low_addr");
    private static final VarHandle HI_ADDR = Fields.of(LAYOUT, "hi_addr");
    private static final VarHandle LENGTH = Fields.of(LAYOUT, "size");

    private PspInitRing() {}

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

    /** The physical address of the ring. */
    public static long address(MemorySegment segment, long at) {
        return Integer.toUnsignedLong(lowAddr(segment, at)) | (long) hiAddr(segment, at) << Integer.SIZE;
    }

    /** Sets the physical address of the ring. */
    public static void address(MemorySegment segment, long at, long address) {
        lowAddr(segment, at, (int) address);
        hiAddr(segment, at, (int) (address >>> Integer.SIZE));
    }
}
