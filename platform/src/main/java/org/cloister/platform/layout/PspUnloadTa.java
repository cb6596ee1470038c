// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Payload of {@link org.cloister.platform.conduit.PspCommand#UNLOAD_TA}.
 *
 * <pre>
 *    0  u32  ta_handle        what LOAD_TA returned
 *    4
 * </pre>
 */
@ProviderType
public final class PspUnloadTa {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("ta_handle"));

    /** Bytes. */
    public static final int SIZE = 4;

    private static final VarHandle TA_HANDLE = Fields.of(LAYOUT, "ta_handle");

    private PspUnloadTa() {}

    /** Reads {@code ta_handle}. */
    public static int taHandle(MemorySegment segment, long at) {
        return (int) TA_HANDLE.get(segment, at);
    }

    /** Sets {@code ta_handle}. */
    public static void taHandle(MemorySegment segment, long at, int value) {
        TA_HANDLE.set(segment, at, value);
    }
}
