// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec;

import java.util.Objects;
import java.util.Optional;
import org.cloister.platform.device.StreamFormat;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a client wants decoded.
 *
 * @param stream what the bitstream is, and how pictures are to be written
 * @param protection what the stream is allowed to touch
 * @param heap the name of the heap for pictures and internal memory; empty for the one that the driver is configured for
 * @param heldFrames how many pictures the client holds at a time, 1 to 16
 */
@ProviderType
public record DecodeSettings(StreamFormat stream, Protection protection, Optional<String> heap, int heldFrames) {
    /** The most pictures that a client may hold at a time. */
    public static final int MAX_HELD_FRAMES = 16;

    /** Checks the components. */
    public DecodeSettings {
        Objects.requireNonNull(stream, "stream");
        Objects.requireNonNull(protection, "protection");
        Objects.requireNonNull(heap, "heap");
        if (heldFrames < 1 || heldFrames > MAX_HELD_FRAMES) {
            throw new IllegalArgumentException("a client holds 1 to %d frames, not %d"
                    .formatted(MAX_HELD_FRAMES, heldFrames));
        }
    }
}
