// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A blob that is no device tree, or a property whose value does not have the shape that was asked for.
 *
 * <p>Unchecked, as nearly every tree is well formed and most callers can only pass the refusal on. It is a type of its
 * own, and no {@link org.cloister.heap.HeapException}, because what helps here is a position in a file.
 */
@ProviderType
public final class MalformedDeviceTree extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long offset;
    private final String reason;

    /**
     * Makes an exception.
     *
     * @param offset the first wrong byte, counted from the start of the blob
     * @param reason what is wrong there, a phrase without a full stop
     */
    public MalformedDeviceTree(long offset, String reason) {
        super("malformed device tree at byte 0x%x: %s".formatted(offset, reason));
        this.offset = offset;
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** The first wrong byte, counted from the start of the blob. */
    public long offset() {
        return offset;
    }

    /** What is wrong there. */
    public String reason() {
        return reason;
    }
}
