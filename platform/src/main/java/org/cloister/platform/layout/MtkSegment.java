// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An entry of the list by which MediaTek's memory application tells where a buffer is. Entries follow each other without
 * padding.
 *
 * <pre>
 *  0  u64  address    physical
 *  8  u32  length     bytes
 * 12
 * </pre>
 */
@ProviderType
public final class MtkSegment {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U64.withName("address"),
            Fields.U32.withName("length"));

    /** Bytes. */
    public static final int SIZE = 12;

    private static final VarHandle ADDRESS = Fields.of(LAYOUT, "address");
    private static final VarHandle LENGTH = Fields.of(LAYOUT, "length");

    private MtkSegment() {}

    /** Where entry {@code index} begins, from the start of the list. */
    public static long at(int index) {
        return (long) index * SIZE;
    }

    /** The physical address. */
    public static long address(MemorySegment segment, long at) {
        return (long) ADDRESS.get(segment, at);
    }

    /** Bytes. */
    public static long length(MemorySegment segment, long at) {
        return Integer.toUnsignedLong((int) LENGTH.get(segment, at));
    }

    /** Writes an entry; {@code length} has 32 bits. */
    public static void write(MemorySegment segment, long at, long address, long length) {
        ADDRESS.set(segment, at, address);
        LENGTH.set(segment, at, (int) length);
    }
}
