// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The word in {@link PspRegister#COMMAND_RESPONSE}: status in bits 15:0, command in 23:16, recovery in bit 30, response in
 * bit 31. The driver writes a command with all else zero, and waits for the response bit.
 */
@ProviderType
public final class PspMailbox {
    /** Command: initialises the ring that {@link org.cloister.platform.layout.PspInitRing} describes. */
    public static final int INIT_RING = 1;
    /** Command: destroys the ring. */
    public static final int DESTROY_RING = 2;
    /** Command: the first of a family of its own, not used here. */
    public static final int EXTENDED = 14;

    /** Status: done. */
    public static final int STATUS_SUCCESS = 0;
    /** Status: there is a ring already; it is to be destroyed first. */
    public static final int STATUS_RING_BUSY = 0xd;
    /** Status: the command or what it is about is invalid. Which numbers real firmware has for that is not published. */
    public static final int STATUS_INVALID = 0x1;

    /** Set while the secure processor is in recovery and takes no commands. */
    public static final int RECOVERY = 1 << 30;
    /** Set when the word is a response. */
    public static final int RESPONSE = 1 << 31;

    private PspMailbox() {}

    /** The word for a command. */
    public static int word(int command) {
        return command << 16;
    }

    /** The command in a word. */
    public static int command(int word) {
        return word >>> 16 & 0xff;
    }

    /** The status in a word. */
    public static int status(int word) {
        return word & 0xffff;
    }

    /** The word for a response to a command. */
    public static int response(int command, int status) {
        return RESPONSE | word(command) | status;
    }
}
