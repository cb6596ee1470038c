// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Header of a message to OP-TEE, or of one of its requests (Linux: {@code struct optee_msg_arg}). Its
 * {@linkplain OpteeParameter parameters} follow at once.
 *
 * <pre>
 *  0  u32  command
 *  4  u32  function       for INVOKE_COMMAND
 *  8  u32  session
 * 12  u32  cancel_id
 * 16  u32  pad
 * 20  u32  result         out
 * 24  u32  origin         out
 * 28  u32  param_count
 * 32
 * </pre>
 */
@ProviderType
public final class OpteeMessage {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("command"),
            Fields.U32.withName("function"),
            Fields.U32.withName("session"),
            Fields.U32.withName("cancel_id"),
            Fields.U32.withName("pad"),
            Fields.U32.withName("result"),
            Fields.U32.withName("origin"),
            Fields.U32.withName("param_count"));

    /** Bytes of the header. */
    public static final int SIZE = 32;
    /** The most bytes of a message with its parameters. */
    public static final int MAX_SIZE = 4096;
    /** The most parameters of a message. */
    public static final int MAX_PARAMS = (MAX_SIZE - SIZE) / OpteeParameter.SIZE;

    /** Command: opens a session. */
    public static final int OPEN_SESSION = 0;
    /** Command: invokes a function of a trusted application. */
    public static final int INVOKE_COMMAND = 1;
    /** Command: closes a session. */
    public static final int CLOSE_SESSION = 2;
    /** Command: cancels what a session does. */
    public static final int CANCEL = 3;
    /** Command: registers shared memory; SMC interface only. */
    public static final int REGISTER_SHM = 4;
    /** Command: forgets shared memory; SMC interface only. */
    public static final int UNREGISTER_SHM = 5;
    /** Command: serves the bottom half of a notification. */
    public static final int DO_BOTTOM_HALF = 6;
    /** Command: ends notifications. */
    public static final int STOP_ASYNC_NOTIF = 7;
    /** Command: lends memory, to be protected; SMC interface only. */
    public static final int LEND_PROTMEM = 8;
    /** Command: takes lent memory back; SMC interface only. */
    public static final int RECLAIM_PROTMEM = 9;
    /** Command: asks how memory must be for a use case. */
    public static final int GET_PROTMEM_CONFIG = 10;
    /** Command: says what lent memory is for; FF-A interface only. */
    public static final int ASSIGN_PROTMEM = 11;

    private static final VarHandle COMMAND = Fields.of(LAYOUT, "command");
    private static final VarHandle FUNCTION = Fields.of(LAYOUT, "function");
    private static final VarHandle SESSION = Fields.of(LAYOUT, "session");
    private static final VarHandle CANCEL_ID = Fields.of(LAYOUT, "cancel_id");
    private static final VarHandle PAD = Fields.of(LAYOUT, "pad");
    private static final VarHandle RESULT = Fields.of(LAYOUT, "result");
    private static final VarHandle ORIGIN = Fields.of(LAYOUT, "origin");
    private static final VarHandle PARAM_COUNT = Fields.of(LAYOUT, "param_count");

    private OpteeMessage() {}

    /** Bytes of a message with {@code paramCount} parameters. */
    public static long size(int paramCount) {
        return SIZE + (long) paramCount * OpteeParameter.SIZE;
    }

    /** Where parameter {@code index} of the message at {@code at} is. */
    public static long paramAt(long at, int index) {
        return at + SIZE + (long) index * OpteeParameter.SIZE;
    }

    /**
     * Checks that a message lies within {@code length} bytes from {@code at}, and reads how many parameters it has.
     *
     * @return the number of parameters, or -1 when header or parameters do not fit or there are too many
     */
    public static int checkedParamCount(MemorySegment segment, long at, long length) {
        if (at < 0 || length < SIZE || at > segment.byteSize() - length) {
            return -1;
        }
        int count = paramCount(segment, at);
        return count >= 0 && count <= MAX_PARAMS && size(count) <= length ? count : -1;
    }

    /** What is asked for. */
    public static int command(MemorySegment segment, long at) {
        return (int) COMMAND.get(segment, at);
    }

    /** The function of the trusted application. */
    public static int function(MemorySegment segment, long at) {
        return (int) FUNCTION.get(segment, at);
    }

    /** The session. */
    public static int session(MemorySegment segment, long at) {
        return (int) SESSION.get(segment, at);
    }

    /** By which number the call can be cancelled. */
    public static int cancelId(MemorySegment segment, long at) {
        return (int) CANCEL_ID.get(segment, at);
    }

    /** The padding. */
    public static int pad(MemorySegment segment, long at) {
        return (int) PAD.get(segment, at);
    }

    /** The return code. */
    public static int result(MemorySegment segment, long at) {
        return (int) RESULT.get(segment, at);
    }

    /** Who gave the return code. */
    public static int origin(MemorySegment segment, long at) {
        return (int) ORIGIN.get(segment, at);
    }

    /** How many parameters follow, as an unsigned number. */
    public static int paramCount(MemorySegment segment, long at) {
        return (int) PARAM_COUNT.get(segment, at);
    }

    /** Sets the session. */
    public static void session(MemorySegment segment, long at, int session) {
        SESSION.set(segment, at, session);
    }

    /** Sets the return code. */
    public static void result(MemorySegment segment, long at, int result) {
        RESULT.set(segment, at, result);
    }

    /** Sets who gave the return code. */
    public static void origin(MemorySegment segment, long at, int origin) {
        ORIGIN.set(segment, at, origin);
    }

    /** Writes a header; fields not given become zero. Parameters are left as they are. */
    public static void write(
            MemorySegment segment, long at, int command, int function, int session, int cancelId, int paramCount) {
        COMMAND.set(segment, at, command);
        FUNCTION.set(segment, at, function);
        SESSION.set(segment, at, session);
        CANCEL_ID.set(segment, at, cancelId);
        PAD.set(segment, at, 0);
        RESULT.set(segment, at, 0);
        ORIGIN.set(segment, at, 0);
        PARAM_COUNT.set(segment, at, paramCount);
    }
}
