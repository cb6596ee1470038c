// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.ring.internal;

import java.time.Duration;
import org.cloister.platform.conduit.PspDevice;
import org.cloister.platform.conduit.PspMailbox;
import org.cloister.platform.conduit.PspRegister;

/** The mailbox of the secure processor, by which a ring is made and destroyed. For one thread at a time. */
final class Mailbox {
    private final PspDevice device;
    private final Duration limit;
    private final Waiter waiter;

    /**
     * Talks to nobody yet.
     *
     * @param limit how long the processor may take
     */
    Mailbox(PspDevice device, Duration limit, Waiter waiter) {
        this.device = device;
        this.limit = limit;
        this.waiter = waiter;
    }

    /** No answer. */
    static final class Mute extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean told;

        Mute(String message, boolean told) {
            super(message, null, false, false);
            this.told = told;
        }

        /** Whether the processor may have heard of the command all the same. */
        boolean told() {
            return told;
        }
    }

    /**
     * Gives a command, and waits for its status.
     *
     * @throws Mute when there is none
     */
    int call(int command, long address) {
        int before = device.read(PspRegister.COMMAND_RESPONSE);
        if (before == PspDevice.ABSENT) {
            throw new Mute("it does not answer", false);
        }
        if ((before & PspMailbox.RECOVERY) != 0) {
            throw new Mute("it is in recovery", false);
        }
        device.write(PspRegister.ADDRESS_LOW, (int) address);
        device.write(PspRegister.ADDRESS_HIGH, (int) (address >>> Integer.SIZE));
        device.write(PspRegister.COMMAND_RESPONSE, PspMailbox.word(command));
        int[] word = new int[1];
        if (!waiter.until(() -> ((word[0] = device.read(PspRegister.COMMAND_RESPONSE)) & PspMailbox.RESPONSE) != 0,
                limit)) {
            throw new Mute("its mailbox did not answer within %d ms".formatted(limit.toMillis()), true);
        }
        if (word[0] == PspDevice.ABSENT) {
            throw new Mute("it went away", true);
        }
        if (PspMailbox.command(word[0]) != command) {
            throw new Mute("its mailbox answered to command %d and not %d"
                    .formatted(PspMailbox.command(word[0]), command), true);
        }
        return PspMailbox.status(word[0]);
    }
}
