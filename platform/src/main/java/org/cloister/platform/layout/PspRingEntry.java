// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An entry of the ring in which the trusted OS of AMD's secure processor takes commands (Linux: {@code struct
 * tee_ring_cmd}). The payload is in {@code buf}.
 *
 * <pre>
 *    0  u32  cmd_id           see PspCommand
 *    4  u32  cmd_state        0 initial, 1 being processed, 2 completed
 *    8  u32  status           0, or a return code
 *   12  u32  reserved0        zero
 *   16  u64  pdata            zero
 *   24  u32  reserved1        zero
 *   28  u32  reserved2        zero
 *   32       buf              u8[988], the payload
 * 1020  u32  flag             the driver's: 0 invalid, 1 waiting, 2 timed out, 3 copied
 * 1024
 * </pre>
 */
@ProviderType
public final class PspRingEntry {
    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U32.withName("cmd_id"),
            Fields.U32.withName("cmd_state"),
            Fields.U32.withName("status"),
            Fields.U32.withName("reserved0"),
            Fields.U64.withName("pdata"),
            Fields.U32.withName("reserved1"),
            Fields.U32.withName("reserved2"),
            MemoryLayout.sequenceLayout(988, Fields.U8).withName("buf"),
            Fields.U32.withName("flag"));

    /** Bytes. */
    public static final int SIZE = 1024;
    /** Where the payload begins. */
    public static final int PAYLOAD = 32;
    /** The most bytes of a payload. */
    public static final int MAX_PAYLOAD = 988;

    /** State: nobody has looked at it. */
    public static final int STATE_INIT = 0;
    /** State: the secure processor is at it. */
    public static final int STATE_PROCESS = 1;
    /** State: the answer is there. */
    public static final int STATE_COMPLETED = 2;

    /** Flag: there is no command in it. */
    public static final int FLAG_INVALID = 0;
    /** Flag: somebody waits for the answer. */
    public static final int FLAG_WAITING = 1;
    /** Flag: nobody waits any longer. */
    public static final int FLAG_TIMED_OUT = 2;
    /** Flag: the answer was taken, and the entry is free. */
    public static final int FLAG_COPIED = 3;

    private static final VarHandle CMD_ID = Fields.of(LAYOUT, "cmd_id");
    private static final VarHandle CMD_STATE = Fields.of(LAYOUT, "cmd_state");
    private static final VarHandle STATUS = Fields.of(LAYOUT, "status");
    private static final VarHandle PDATA = Fields.of(LAYOUT, "pdata");
    private static final VarHandle FLAG = Fields.of(LAYOUT, "flag");
    private static final VarHandle RESERVED0 = Fields.of(LAYOUT, "reserved0");
    private static final VarHandle RESERVED1 = Fields.of(LAYOUT, "reserved1");
    private static final VarHandle RESERVED2 = Fields.of(LAYOUT, "reserved2");

    private PspRingEntry() {}

    /** Reads {@code cmd_id}. */
    public static int cmdId(MemorySegment segment, long at) {
        return (int) CMD_ID.get(segment, at);
    }

    /** Sets {@code cmd_id}. */
    public static void cmdId(MemorySegment segment, long at, int value) {
        CMD_ID.set(segment, at, value);
    }

    /** Reads {@code cmd_state}. */
    public static int cmdState(MemorySegment segment, long at) {
        return (int) CMD_STATE.get(segment, at);
    }

    /** Sets {@code cmd_state}. */
    public static void cmdState(MemorySegment segment, long at, int value) {
        CMD_STATE.set(segment, at, value);
    }

    /** Reads {@code status}. */
    public static int status(MemorySegment segment, long at) {
        return (int) STATUS.get(segment, at);
    }

    /** Sets {@code status}. */
    public static void status(MemorySegment segment, long at, int value) {
        STATUS.set(segment, at, value);
    }

    /** Reads {@code pdata}. */
    public static long pdata(MemorySegment segment, long at) {
        return (long) PDATA.get(segment, at);
    }

    /** Sets {@code pdata}. */
    public static void pdata(MemorySegment segment, long at, long value) {
        PDATA.set(segment, at, value);
    }

    /** Reads {@code flag}. */
    public static int flag(MemorySegment segment, long at) {
        return (int) FLAG.get(segment, at);
    }

    /** Sets {@code flag}. */
    public static void flag(MemorySegment segment, long at, int value) {
        FLAG.set(segment, at, value);
    }

    /** Tells whether all reserved fields are zero. */
    public static boolean reservedIsZero(MemorySegment segment, long at) {
        return (int) RESERVED0.get(segment, at) == 0 && (int) RESERVED1.get(segment, at) == 0
                && (int) RESERVED2.get(segment, at) == 0 && pdata(segment, at) == 0;
    }
}
