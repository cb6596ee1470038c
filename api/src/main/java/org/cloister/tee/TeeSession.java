// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import java.util.UUID;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A session with a trusted application. Calls of one session may come from several threads; a trusted OS may serve them
 * one after another.
 */
@ConsumerType
public interface TeeSession extends AutoCloseable {
    /** {@return the trusted application} */
    UUID application();

    /**
     * Calls the trusted application and waits for its answer.
     *
     * @param command the number of the command
     * @param operation parameters, and the means to cancel
     * @return the answer, also when it is an error of the trusted application's
     * @throws org.cloister.heap.HeapException when the call did not get there or the answer did not come back:
     *     {@code CLOSED}, {@code REVOKED} (a memory parameter), {@code FIRMWARE_DEAD}, {@code INTERRUPTED},
     *     {@code TIMED_OUT}, {@code PROTOCOL}, {@code NO_MEMORY}
     */
    TeeResult invoke(int command, TeeOperation operation);

    /**
     * Calls the trusted application; the same as {@code invoke(command, new TeeOperation(params))}.
     *
     * @param command the number of the command
     * @param params at most {@value Tee#MAX_PARAMS}
     * @return the answer, also when it is an error of the trusted application's
     * @see #invoke(int, TeeOperation)
     */
    default TeeResult invoke(int command, Param... params) {
        return invoke(command, new TeeOperation(params));
    }

    /** Closes the session. Idempotent. Calls under way are cancelled first. */
    @Override
    void close();
}
