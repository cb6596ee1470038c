// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.cloister.platform.layout.OpteeParameter;

/** A parameter of a message. */
@FunctionalInterface
public interface Param {
    /** In. */
    int INPUT = 1;
    /** Out. */
    int OUTPUT = 2;
    /** Both. */
    int INOUT = 3;

    /** Writes it into a message. */
    void write(MemorySegment message, long at);

    /** No parameter. */
    static Param none() {
        return OpteeParameter::none;
    }

    /** Numbers. */
    static Param value(int direction, long a, long b) {
        return raw(direction, a, b, 0);
    }

    /** Any attributes and numbers. */
    static Param raw(long attributes, long a, long b, long c) {
        return (message, at) -> OpteeParameter.value(message, at, attributes, a, b, c);
    }

    /** A uuid with a number behind it, for the trusted OS and not for the application. */
    static Param uuid(UUID uuid, int c) {
        return raw(OpteeParameter.META | OpteeParameter.VALUE_INPUT, Long.reverseBytes(uuid.getMostSignificantBits()),
                Long.reverseBytes(uuid.getLeastSignificantBits()), Integer.toUnsignedLong(c));
    }
}
