// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Payload of {@link org.cloister.platform.conduit.PspCommand#CLOSE_SESSION}.
 *
 * <pre>
 *    0  u32  ta_handle        what LOAD_TA returned
 *    4  u32  session_info     what OPEN_SESSION returned
 *    8
 * </pre>
 */
@ProviderType
public final class PspCloseSession {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("ta_handle"),
            Fields.U32.withName("session_info"));

    /** Bytes. */
    public static final int SIZE = 8;

    private static final VarHandle TA_HANDLE = Fields.of(LAYOUT, "ta_handle");
    private static final VarHandle SESSION_INFO = Fields.of(LAYOUT, "session_info");

    private PspCloseSession() {}

    /** Reads {@code ta_handle}. */
    public static int taHandle(MemorySegment segment, long at) {
        return (int) TA_HANDLE.get(segment, at);
    }

    /** Sets {@code ta_handle}. */
    public static void taHandle(MemorySegment segment, long at, int value) {
        TA_HANDLE.set(segment, at, value);
    }

    /** Reads {@code session_info}. */
    public static int sessionInfo(MemorySegment segment, long at) {
        return (int) SESSION_INFO.get(segment, at);
    }

    /** Sets {@code session_info}. */
    public static void sessionInfo(MemorySegment segment, long at, int value) {
        SESSION_INFO.set(segment, at, value);
    }
}
