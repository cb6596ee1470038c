// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/** A video encoder. Registered as a service with the property {@value #NAME}. Safe for use by any thread. */
@ProviderType
public interface VideoEncoder {
    /** Service property: the {@link #name()}. */
    String NAME = "device.name";

    /** The full path of its node in the device tree. */
    String name();

    /** Under whose name it reads and writes memory. */
    Initiator initiator();

    /** What its address generator can do. */
    DmaLimits limits();

    /** What it encodes to. */
    VideoCodec codec();

    /**
     * Begins a stream.
     *
     * @param format of the pictures, I420 of even width and height
     * @param framesPerSecond 1 to 240
     * @param bitsPerSecond what the stream is to have on average, greater than zero
     * @return the stream, to be closed
     * @throws org.cloister.heap.HeapException {@code NOT_SUPPORTED} for pictures that it does not take,
     *     {@code INVALID_ARGUMENT}, {@code BUSY} when the hardware has no further session, {@code CLOSED} when the device is gone
     */
    EncoderSession open(PictureFormat format, int framesPerSecond, int bitsPerSecond);
}
