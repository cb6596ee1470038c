// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What is wanted of an allocation. Start with {@link #of(long)} and refine.
 *
 * @param size bytes, greater than zero; rounded up to the heap's granularity
 * @param alignment bytes, a power of two; raised to the heap's granularity
 * @param name a name for people who debug, at most {@value DmaBuf#MAX_NAME} characters; may be empty
 */
@ProviderType
public record AllocationRequest(long size, long alignment, String name) {
    /** Checks the components; a bad one throws {@link HeapException} with {@link HeapError#INVALID_ARGUMENT}. */
    public AllocationRequest {
        Objects.requireNonNull(name, "name");
        if (size <= 0) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "allocate", "size " + size,
                    "a buffer has at least one byte", "ask for a size greater than zero");
        }
        if (alignment <= 0 || Long.bitCount(alignment) != 1) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "allocate", "alignment " + alignment,
                    "it is not a power of two", "ask for a power of two, such as 4096");
        }
        if (name.length() > DmaBuf.MAX_NAME) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "allocate", "name \"" + name + "\"",
                    "it has " + name.length() + " characters", "use at most " + DmaBuf.MAX_NAME);
        }
    }

    /**
     * A request at any alignment, without a name.
     *
     * @param size bytes, greater than zero
     * @return the request
     */
    public static AllocationRequest of(long size) {
        return new AllocationRequest(size, 1, "");
    }

    /**
     * The same with another alignment.
     *
     * @param bytes a power of two
     * @return a new request
     */
    public AllocationRequest aligned(long bytes) {
        return new AllocationRequest(size, bytes, name);
    }

    /**
     * The same with another name.
     *
     * @param value at most {@value DmaBuf#MAX_NAME} characters
     * @return a new request
     */
    public AllocationRequest named(String value) {
        return new AllocationRequest(size, alignment, value);
    }
}
