// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.Set;
import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A stateful video decoder: it parses the stream, keeps reference pictures in memory of its own, and puts pictures into
 * presentation order. Registered as a service with the property {@value #NAME}.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface VideoDecoder {
    /** Service property: the {@link #name()}. */
    String NAME = "device.name";

    /** The full path of its node in the device tree. */
    String name();

    /** Under whose name it reads bitstream and writes pictures. */
    Initiator initiator();

    /** What it can decode. */
    Set<VideoCodec> codecs();

    /** What its address generator can do. */
    DmaLimits limits();

    /**
     * Begins to decode a stream.
     *
     * @param stream what will be queued
     * @param listener told of all that happens in the session, see {@link DecoderListener}
     * @return the session, to be closed by the caller
     * @throws org.cloister.heap.HeapException {@code NOT_SUPPORTED} for a codec that is not among {@link #codecs()} or
     *     a picture format it cannot write, {@code INVALID_ARGUMENT} for a configuration that is not one,
     *     {@code BUSY} when the hardware has no further session, {@code CLOSED} when the device is gone
     */
    DecoderSession open(StreamFormat stream, DecoderListener listener);
}
