// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Memory that a {@link DecoderSession} wants to be lent for a purpose.
 *
 * @param purpose what for
 * @param size bytes of each piece, greater than zero
 * @param count how many pieces, greater than zero
 */
@ProviderType
public record InternalNeed(InternalMemory purpose, long size, int count) {
    /** Checks the components. */
    public InternalNeed {
        Objects.requireNonNull(purpose, "purpose");
        if (size <= 0 || count <= 0) {
            throw new IllegalArgumentException("no need of memory: %d pieces of %d bytes".formatted(count, size));
        }
    }
}
