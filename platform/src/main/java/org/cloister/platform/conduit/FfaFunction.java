// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Function ids of the Arm Firmware Framework (FF-A 1.0 to 1.2). Where a function has a form with 64-bit arguments, its
 * id is that of the 32-bit form with the bit {@link SmcCode#WIDE}; {@link #wide} makes it.
 */
@ProviderType
public final class FfaFunction {
    /** Answer: an error, with the code in w2. */
    public static final int ERROR = 0x84000060;
    /** Answer: done. */
    public static final int SUCCESS = 0x84000061;
    /** Answer: interrupted. */
    public static final int INTERRUPT = 0x84000062;
    /** Negotiates the version. */
    public static final int VERSION = 0x84000063;
    /** Asks whether a function or feature is there. */
    public static final int FEATURES = 0x84000064;
    /** Gives the receive buffer back to the other side. */
    public static final int RX_RELEASE = 0x84000065;
    /** Makes the caller's pair of buffers known. */
    public static final int RXTX_MAP = 0x84000066;
    /** Ends the use of the pair of buffers. */
    public static final int RXTX_UNMAP = 0x84000067;
    /** Describes partitions in the receive buffer, or counts them. */
    public static final int PARTITION_INFO_GET = 0x84000068;
    /** The caller's own endpoint id. */
    public static final int ID_GET = 0x84000069;
    /** Waits for a message; only from the secure world. */
    public static final int MSG_WAIT = 0x8400006B;
    /** Yields; only from the secure world. */
    public static final int MSG_YIELD = 0x8400006C;
    /** Runs a partition's execution context. */
    public static final int RUN = 0x8400006D;
    /** Sends a direct request. */
    public static final int DIRECT_REQUEST = 0x8400006F;
    /** Answers a direct request. */
    public static final int DIRECT_RESPONSE = 0x84000070;
    /** Gives memory away. */
    public static final int MEM_DONATE = 0x84000071;
    /** Lends memory: the sender loses access. */
    public static final int MEM_LEND = 0x84000072;
    /** Shares memory: the sender keeps access. */
    public static final int MEM_SHARE = 0x84000073;
    /** A borrower asks for what was sent to it. */
    public static final int MEM_RETRIEVE_REQUEST = 0x84000074;
    /** Answer to a retrieve request. */
    public static final int MEM_RETRIEVE_RESPONSE = 0x84000075;
    /** A borrower gives back. */
    public static final int MEM_RELINQUISH = 0x84000076;
    /** An owner takes back. */
    public static final int MEM_RECLAIM = 0x84000077;
    /** Asks for the next fragment of a descriptor; the answer when one is expected. */
    public static final int MEM_FRAG_RX = 0x8400007A;
    /** Sends the next fragment of a descriptor. */
    public static final int MEM_FRAG_TX = 0x8400007B;
    /** Returns to the normal world; only from the secure world. */
    public static final int NORMAL_WORLD_RESUME = 0x8400007C;
    /** Makes a bitmap of notifications for a virtual machine. */
    public static final int NOTIFICATION_BITMAP_CREATE = 0x8400007D;
    /** Removes the bitmap. */
    public static final int NOTIFICATION_BITMAP_DESTROY = 0x8400007E;
    /** Lets a sender raise notifications. */
    public static final int NOTIFICATION_BIND = 0x8400007F;
    /** Takes that permission back. */
    public static final int NOTIFICATION_UNBIND = 0x84000080;
    /** Raises notifications. */
    public static final int NOTIFICATION_SET = 0x84000081;
    /** Reads and clears pending notifications. */
    public static final int NOTIFICATION_GET = 0x84000082;
    /** Tells who has pending notifications. */
    public static final int NOTIFICATION_INFO_GET = 0x84000083;
    /** Takes the receive buffer. */
    public static final int RX_ACQUIRE = 0x84000084;
    /** The endpoint id of the partition manager. */
    public static final int SPM_ID_GET = 0x84000085;
    /** Sends an indirect message. */
    public static final int MSG_SEND2 = 0x84000086;
    /** Registers the entry point of secondary cores; only from the secure world. */
    public static final int SECONDARY_EP_REGISTER = 0xC4000087;
    /** Reads a page's permissions; only from the secure world. */
    public static final int MEM_PERM_GET = 0x84000088;
    /** Sets a page's permissions; only from the secure world. */
    public static final int MEM_PERM_SET = 0x84000089;
    /** Prints; only from the secure world. */
    public static final int CONSOLE_LOG = 0x8400008A;
    /** Describes partitions in registers. */
    public static final int PARTITION_INFO_GET_REGS = 0xC400008B;
    /** Hands an interrupt of EL3 over; only from the secure world. */
    public static final int EL3_INTR_HANDLE = 0x8400008C;
    /** Sends a direct request of version 2. */
    public static final int DIRECT_REQUEST2 = 0xC400008D;
    /** Answers a direct request of version 2. */
    public static final int DIRECT_RESPONSE2 = 0xC400008E;
    /** Asks for resources of the normal world. */
    public static final int NS_RES_INFO_GET = 0xC400008F;
    /** Reports a fatal error; only from the secure world. */
    public static final int ABORT = 0x84000090;

    /** The smallest function number of FF-A. */
    public static final int FIRST_NUMBER = 0x60;
    /** The largest function number of FF-A. */
    public static final int LAST_NUMBER = 0x90;

    private FfaFunction() {}

    /** The form of a function that has 64-bit arguments. */
    public static int wide(int function) {
        return function | SmcCode.WIDE;
    }

    /** The form of a function that has 32-bit arguments. */
    public static int narrow(int function) {
        return function & ~SmcCode.WIDE;
    }

    /** Tells whether a function id is one of FF-A's, known or not. */
    public static boolean isFfa(int function) {
        int number = SmcCode.number(function);
        return SmcCode.isFast(function) && SmcCode.owner(function) == SmcCode.OWNER_STANDARD
                && number >= FIRST_NUMBER && number <= LAST_NUMBER;
    }
}
