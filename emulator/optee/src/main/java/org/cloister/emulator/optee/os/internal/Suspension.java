// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

/** Why a thread of the trusted OS goes back to the normal world before it is done. */
public sealed interface Suspension {
    /** An interrupt of the normal world is pending. */
    record Interrupt() implements Suspension {}

    /**
     * A request is in the message that both sides know.
     *
     * @param cookie of the memory that the message is in; zero when the normal world knows it from the call
     */
    record Command(long cookie) implements Suspension {}

    /**
     * Memory for such a message is wanted.
     *
     * @param size bytes
     */
    record Allocate(long size) implements Suspension {}

    /**
     * Memory for such a message is not wanted any longer.
     *
     * @param cookie of that memory
     */
    record Free(long cookie) implements Suspension {}
}
