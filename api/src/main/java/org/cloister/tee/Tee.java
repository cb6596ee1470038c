// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import java.util.Optional;
import java.util.UUID;
import org.cloister.heap.DmaBuf;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A trusted OS. Registered as a bundle-scoped service with the properties below: sessions and shared memory belong to
 * the bundle that obtained the service, and are closed when it stops.
 *
 * <p>Unregistered when the trusted OS goes away; open sessions then fail with {@code FIRMWARE_DEAD} or {@code CLOSED}.
 * Safe for use by any thread.
 */
@ConsumerType
public interface Tee {
    /** Service property: the {@link #id()}, a {@link String}. */
    String ID = "tee.id";
    /** Service property: the number of the implementation (Linux: {@code TEE_IMPL_ID_*}), an {@link Integer}. */
    String IMPLEMENTATION = "tee.implementation";

    /** The most parameters of an operation. */
    int MAX_PARAMS = 4;

    /** {@return the id that tells this trusted OS from others on the machine, such as {@code "optee"}} */
    String id();

    /** {@return what it is and can do} */
    TeeVersion version();

    /**
     * Opens a session with a trusted application.
     *
     * @param application the uuid of the trusted application
     * @param login as whom
     * @param params at most {@value #MAX_PARAMS}, for the application to check
     * @return the session
     * @throws org.cloister.heap.HeapException {@code FIRMWARE_REFUSED} with the TEE's code and origin in its reason
     *     when there is no such application or it refused; {@code FIRMWARE_DEAD}; {@code OUT_OF_BOUNDS} and
     *     {@code INVALID_ARGUMENT} for bad parameters, before anything is sent
     */
    TeeSession open(UUID application, Login login, Param... params);

    /**
     * Allocates memory that both worlds can read and write.
     *
     * @param size bytes, greater than zero
     * @param direction who writes
     * @return the memory, to be closed by the caller
     * @throws org.cloister.heap.HeapException {@code NO_MEMORY}, {@code INVALID_ARGUMENT}, {@code FIRMWARE_DEAD}
     */
    SharedMemory allocate(long size, Direction direction);

    /**
     * Makes a buffer known to the trusted OS. The registration keeps the buffer alive, so the caller may close
     * {@code buffer} at once. When the buffer is revoked the registration ends, and its use gives {@code REVOKED}.
     *
     * @param buffer a buffer of a heap that this trusted OS enforces, or that it can address
     * @param direction who writes
     * @return the registration, to be closed by the caller
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} when the buffer belongs to a heap that this TEE
     *     does not know; {@code NOT_SUPPORTED} when it takes no buffers; {@code CLOSED}, {@code REVOKED}
     */
    SharedMemory register(DmaBuf buffer, Direction direction);

    /**
     * {@return the trusted application that serves restricted memory here, if this trusted OS can be asked} MediaTek's
     * memory backend asks.
     */
    default Optional<UUID> memoryApplication() {
        return Optional.empty();
    }
}
