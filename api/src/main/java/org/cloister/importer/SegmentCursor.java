// SPDX-License-Identifier: Apache-2.0
package org.cloister.importer;

import org.cloister.heap.Access;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Walks the segments of a mapping without copying a list: advance with {@link #next()}, then look. A cursor is used by
 * one thread at a time; it stays readable after its mapping ended, but what it says is no longer true then.
 */
@ProviderType
public interface SegmentCursor {
    /**
     * Advances.
     *
     * @return false when there is no further segment
     */
    boolean next();

    /**
     * Where the initiator finds the first byte of this segment.
     *
     * @return an address on the initiator's bus
     * @throws IllegalStateException before the first {@link #next()} and after the last
     */
    long address();

    /**
     * The length of this segment.
     *
     * @return bytes
     * @throws IllegalStateException before the first {@link #next()} and after the last
     */
    long length();

    /** {@return what the initiator may do} */
    Access access();

    /**
     * This segment as a value.
     *
     * @return a copy
     * @throws IllegalStateException before the first {@link #next()} and after the last
     */
    default Segment segment() {
        return new Segment(address(), length(), access());
    }
}
