// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec;

import org.cloister.heap.DmaBuf;
import org.cloister.platform.device.PictureFormat;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A decoded picture that is on loan from the driver. Safe for use by any thread; valid until it or its session is
 * closed.
 */
@ProviderType
public interface Frame extends AutoCloseable {
    /** The memory that the picture is at the beginning of. It stays the driver's: do not close it. */
    DmaBuf buffer();

    /** The shape of the picture. */
    PictureFormat format();

    /** What was given with the bitstream of this picture. */
    long timestamp();

    /** Whether part of it had to be guessed. */
    boolean damaged();

    /**
     * Gives the picture back. The decoder writes there again once all fences of readers are signalled, so this may be
     * called as soon as a display has taken the buffer. Idempotent.
     */
    @Override
    void close();
}
