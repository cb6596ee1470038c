// SPDX-License-Identifier: Apache-2.0
package org.cloister.importer;

import java.time.Duration;
import org.cloister.heap.Access;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.HeapException;
import org.cloister.heap.Reservation;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A buffer and a device that may use it. Keeps the buffer alive until it is closed. Safe for use by any thread.
 *
 * <p>When the buffer is moved or revoked, the importer is told ({@link Importer#invalidated}), and mappings end. After
 * a revocation {@link #map} throws {@code REVOKED}; closing works as always.
 */
@ProviderType
public interface Attachment extends AutoCloseable {
    /** {@return the device} */
    Importer importer();

    /** {@return the id of the buffer} */
    long bufferId();

    /** {@return bytes of the buffer} */
    long size();

    /** {@return what the buffer is: the importer's proof that it is protected} */
    BufferRecord record();

    /** {@return the buffer's fences} */
    Reservation reservation();

    /** {@return what was agreed at attachment} */
    Access access();

    /**
     * Makes the buffer's memory known to the device. Waits for fences of memory management ({@code KERNEL}) only; the
     * driver orders its own work by the other fences.
     *
     * @param access what the device will do during this mapping; part of {@link #access()}
     * @param budget the longest time to wait; zero tests only
     * @return the mapping, to be closed when the device is done
     * @throws HeapException {@code TIMED_OUT}, {@code REVOKED}, {@code CLOSED}, {@code INVALID_ARGUMENT}
     */
    Mapping map(Access access, Duration budget);

    /** Detaches. Idempotent. Mappings that are still open end. */
    @Override
    void close();
}
