// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec;

import java.util.Set;
import org.cloister.importer.Importer;
import org.cloister.platform.device.VideoCodec;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A video decoder, driven. Registered as a service with the property {@value #DEVICE}. Safe for use by any thread.
 */
@ProviderType
public interface CodecDriver {
    /** Service property: the path of the device in the device tree. */
    String DEVICE = "device.name";

    /** What it can decode. */
    Set<VideoCodec> codecs();

    /** The device as a reader of bitstream, for negotiation of a heap. */
    Importer bitstreamImporter(Protection protection);

    /** The device as a writer of pictures, for negotiation of a heap. */
    Importer pictureImporter(Protection protection);

    /** The device as a user of memory of its own, firmware included, for negotiation of a heap. */
    Importer internalImporter(Protection protection);

    /** Whether the heap is there that the driver takes memory from. */
    Readiness readiness();

    /**
     * Begins to decode a stream. The heap for pictures, internal memory and firmware is looked up when there is something
     * to decode.
     *
     * @param settings what to decode
     * @param listener told of all that happens in the session
     * @return the session, to be closed by the caller
     * @throws org.cloister.heap.HeapException {@code NOT_SUPPORTED} for a codec or picture format that the device does
     *     not have, {@code INVALID_ARGUMENT} for a damaged configuration, {@code BUSY} when the device has no further
     *     session, {@code CLOSED} when the device or the driver is gone
     */
    DecodeSession open(DecodeSettings settings, DecodeListener listener);
}
