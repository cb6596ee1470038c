// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.record;

import java.util.concurrent.CompletionStage;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One recording. Work waits for the writers of what it reads and for all users of what it writes; its fences are on the
 * buffers, so that a picture can be given to the encoder before the camera has taken it. Safe for use by any thread.
 *
 * <p>Both methods throw {@link org.cloister.heap.HeapException}, and queue nothing: {@code NOT_PERMITTED} when a buffer is
 * not restricted, or for another use case; {@code UNREACHABLE}, {@code OUT_OF_BOUNDS}, {@code REVOKED}, {@code CLOSED}.
 * Work fails with {@code FAULT} when the bus blocked a device, {@code CANCELLED} when work before it failed,
 * {@code OUT_OF_BOUNDS} when an access unit is longer than its buffer, {@code CLOSED} when the device is gone.
 */
@ProviderType
public interface RecordSession extends AutoCloseable {
    /** The decoder configuration record of the stream. */
    byte[] configuration();

    /**
     * Has the camera take the next picture.
     *
     * @param picture where it goes; may be closed at once
     * @return signalled when it is there
     */
    Fence capture(DmaBuf picture);

    /**
     * Has the encoder encode a picture.
     *
     * @param picture what {@link #capture} was given
     * @param bitstream where the access unit goes, in length-prefixed form
     * @return completes with what is there
     */
    CompletionStage<EncodedPicture> encode(DmaBuf picture, DmaBuf bitstream);

    /** Ends it. When this returns the encoder touches no memory of it any more. Idempotent. */
    @Override
    void close();
}
