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
    /** Advances; false when there is no further segment. */
    boolean next();

    /**
     * Where the initiator finds the first byte of this segment.
     *
     * @throws IllegalStateException before the first {@link #next()} and after the last
     */
    long address();

    /**
     * Bytes of this segment.
     *
     * @throws IllegalStateException before the first {@link #next()} and after the last
     */
    long length();

    /** What the initiator may do. */
    Access access();

    /**
     * This segment as a value.
     *
     * @throws IllegalStateException before the first {@link #next()} and after the last
     */
    default Segment segment() {
        return new Segment(address(), length(), access());
    }
}
