// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.record;

import org.cloister.importer.Importer;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.VideoCodec;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A camera and an encoder, driven. Takes restricted memory for secure video recording and no other, so that no picture
 * leaves it. Registered as a service. Safe for use by any thread.
 */
@ProviderType
public interface RecordDriver {
    /** The shape of the camera's pictures. */
    PictureFormat format();

    /** Pictures a second. */
    int framesPerSecond();

    /** What the encoder encodes to. */
    VideoCodec codec();

    /** The camera as a writer of pictures, for negotiation of a heap. */
    Importer cameraImporter();

    /** The encoder as a reader of pictures, for negotiation of a heap. */
    Importer pictureImporter();

    /** The encoder as a writer of bitstream, for negotiation of a heap. */
    Importer bitstreamImporter();

    /**
     * Begins a recording.
     *
     * @param bitsPerSecond what the stream is to have on average, greater than zero
     * @return the session, to be closed
     * @throws org.cloister.heap.HeapException {@code NOT_SUPPORTED}, {@code INVALID_ARGUMENT}, {@code CLOSED}
     */
    RecordSession open(int bitsPerSecond);
}
