// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import java.lang.foreign.MemorySegment;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;

/**
 * What became of a message.
 *
 * @param code what the call returned that carried it
 * @param message as it was when the call was done
 * @param first the number of parameters that are not the application's
 */
public record Reply(int code, MemorySegment message, int first) {
    /** The result that is in the message. */
    public int result() {
        return OpteeMessage.result(message, 0);
    }

    /** Who gave it. */
    public int origin() {
        return OpteeMessage.origin(message, 0);
    }

    /** The session. */
    public int session() {
        return OpteeMessage.session(message, 0);
    }

    /** The first number of a value. */
    public long a(int index) {
        return OpteeParameter.a(message, at(index));
    }

    /** The second number of a value. */
    public long b(int index) {
        return OpteeParameter.b(message, at(index));
    }

    /** The third number of a value. */
    public long c(int index) {
        return OpteeParameter.c(message, at(index));
    }

    /** Bytes of memory. */
    public long size(int index) {
        return OpteeParameter.size(message, at(index));
    }

    private long at(int index) {
        return OpteeMessage.paramAt(0, first + index);
    }
}
