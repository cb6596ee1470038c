// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/** A firmware image is damaged, or none, or asks for what no driver knows. Nothing of it may be used. */
@ProviderType
public final class MalformedFirmware extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long offset;
    private final String reason;

    /**
     * Makes an exception.
     *
     * @param offset the first wrong byte, counted from the start of the image
     * @param reason what is wrong there, a phrase without a full stop
     */
    public MalformedFirmware(long offset, String reason) {
        super("malformed firmware image at byte 0x%x: %s".formatted(offset, reason));
        this.offset = offset;
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** The first wrong byte, counted from the start of the image. */
    public long offset() {
        return offset;
    }

    /** What is wrong there. */
    public String reason() {
        return reason;
    }
}
