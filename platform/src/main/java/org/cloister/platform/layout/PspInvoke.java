// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Payload of {@link org.cloister.platform.conduit.PspCommand#INVOKE}.
 *
 * <pre>
 *    0  u32  ta_handle        what LOAD_TA returned
 *    4  u32  cmd_id           the number of the application's command
 *    8  u32  session_info     what OPEN_SESSION returned
 *   12       op               see PspOperation
 *   64  u32  return_origin    out: who gave the status
 *   68
 * </pre>
 */
@ProviderType
public final class PspInvoke {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("ta_handle"),
            Fields.U32.withName("cmd_id"),
            Fields.U32.withName("session_info"),
            PspOperation.LAYOUT.withName("op"),
            Fields.U32.withName("return_origin"));

    /** Bytes. */
    public static final int SIZE = 68;

    /** Where the operation begins. */
    public static final int OPERATION = 12;

    private static final VarHandle TA_HANDLE = Fields.of(LAYOUT, "ta_handle");
    private static final VarHandle CMD_ID = Fields.of(LAYOUT, "cmd_id");
    private static final VarHandle SESSION_INFO = Fields.of(LAYOUT, "session_info");
    private static final VarHandle RETURN_ORIGIN = Fields.of(LAYOUT, "return_origin");

    private PspInvoke() {}

    /** Reads {@code ta_handle}. */
    public static int taHandle(MemorySegment segment, long at) {
        return (int) TA_HANDLE.get(segment, at);
    }

    /** Sets {@code ta_handle}. */
    public static void taHandle(MemorySegment segment, long at, int value) {
        TA_HANDLE.set(segment, at, value);
    }

    /** Reads {@code cmd_id}. */
    public static int cmdId(MemorySegment segment, long at) {
        return (int) CMD_ID.get(segment, at);
    }

    /** Sets {@code cmd_id}. */
    public static void cmdId(MemorySegment segment, long at, int value) {
        CMD_ID.set(segment, at, value);
    }

    /** Reads {@code session_info}. */
    public static int sessionInfo(MemorySegment segment, long at) {
        return (int) SESSION_INFO.get(segment, at);
    }

    /** Sets {@code session_info}. */
    public static void sessionInfo(MemorySegment segment, long at, int value) {
        SESSION_INFO.set(segment, at, value);
    }

    /** Reads {@code return_origin}. */
    public static int returnOrigin(MemorySegment segment, long at) {
        return (int) RETURN_ORIGIN.get(segment, at);
    }

    /** Sets {@code return_origin}. */
    public static void returnOrigin(MemorySegment segment, long at, int value) {
        RETURN_ORIGIN.set(segment, at, value);
    }
}
