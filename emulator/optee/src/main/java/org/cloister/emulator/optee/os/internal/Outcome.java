// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

/** How a processor of the normal world comes back from a thread of the trusted OS. */
public sealed interface Outcome {
    /**
     * The thread is done.
     *
     * @param code what its call returns
     */
    record Done(int code) implements Outcome {}

    /**
     * The thread waits to be resumed.
     *
     * @param thread its number
     * @param reason why
     */
    record Suspended(int thread, Suspension reason) implements Outcome {}
}
