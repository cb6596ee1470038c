// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.inspect;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Memory that the device tree describes.
 *
 * @param name the name of its node
 * @param kind what it is
 * @param base the first address
 * @param size bytes
 */
@ProviderType
public record MemoryArea(String name, Kind kind, long base, long size) {
    /** Checks that nothing is missing. */
    public MemoryArea {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(kind, "kind");
    }

    /** What memory is. */
    @ProviderType
    public enum Kind {
        /** RAM of the normal world. */
        NORMAL,
        /** RAM of the secure world. */
        SECURE,
        /** A part of either that is kept for somebody. */
        RESERVED,
        /** A part of normal RAM from which contiguous ranges are taken. */
        CONTIGUOUS
    }
}
