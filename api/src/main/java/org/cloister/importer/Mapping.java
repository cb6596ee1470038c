// SPDX-License-Identifier: Apache-2.0
package org.cloister.importer;

import org.cloister.heap.Access;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The right of a device to find a buffer's memory where the cursor says, until it is closed or
 * {@linkplain Importer#invalidated invalidated}. Safe for use by any thread.
 */
@ProviderType
public interface Mapping extends AutoCloseable {
    /** {@return what the device does} */
    Access access();

    /** {@return bytes} */
    long size();

    /** {@return whether the mapping still stands} */
    boolean isValid();

    /**
     * Begins a walk of the segments, which cover the buffer from its first byte to its last.
     *
     * @return a new cursor before the first segment
     * @throws org.cloister.heap.HeapException {@code CLOSED} or {@code REVOKED} when the mapping has ended
     */
    SegmentCursor cursor();

    /** Ends the mapping. Idempotent. */
    @Override
    void close();
}
