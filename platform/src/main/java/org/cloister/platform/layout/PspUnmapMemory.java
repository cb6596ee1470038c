// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Payload of {@link org.cloister.platform.conduit.PspCommand#UNMAP_SHARED_MEMORY}.
 *
 * <pre>
 *    0  u32  buf_id           what MAP_SHARED_MEMORY returned
 *    4
 * </pre>
 */
@ProviderType
public final class PspUnmapMemory {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("buf_id"));

    /** Bytes. */
    public static final int SIZE = 4;

    private static final VarHandle BUF_ID = Fields.of(LAYOUT, "buf_id");

    private PspUnmapMemory() {}

    /** Reads {@code buf_id}. */
    public static int bufId(MemorySegment segment, long at) {
        return (int) BUF_ID.get(segment, at);
    }

    /** Sets {@code buf_id}. */
    public static void bufId(MemorySegment segment, long at, int value) {
        BUF_ID.set(segment, at, value);
    }
}
