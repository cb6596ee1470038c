// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.Optional;
import java.util.Set;
import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A stateful video decoder: it parses the stream, keeps reference pictures, and puts pictures into presentation order.
 * All that it works with is in memory that its driver gives it: its firmware ({@link DecoderFirmware}), and what it wants
 * for itself ({@link DecoderEvent.MemoryWanted}). Registered as a service with the property {@value #NAME}.
 *
 * <p>In protected mode it reads anything, and writes restricted memory only.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface VideoDecoder {
    /** Service property: the {@link #name()}. */
    String NAME = "device.name";
    /**
     * The directory of the file that its firmware is in. Who registers a decoder registers
     * {@link org.cloister.platform.conduit.FirmwareFiles} of this directory, too: the driver waits for it, also for a decoder
     * that runs from a ROM, of which it has nothing.
     */
    String FIRMWARE_DIRECTORY = "cloister/video-decoder";

    /** The full path of its node in the device tree. */
    String name();

    /** Under whose name it reads bitstream and writes pictures. */
    Initiator initiator();

    /** What it can decode. */
    Set<VideoCodec> codecs();

    /** What its address generator can do. */
    DmaLimits limits();

    /**
     * The path of the file that its firmware is in, as {@link org.cloister.platform.conduit.FirmwareFiles} has it; empty when
     * it has all that it runs in a ROM, and there is nothing to load.
     */
    Optional<String> firmwareFile();

    /**
     * Makes a place for the firmware, with nothing loaded.
     *
     * @param isProtected whether sessions on it are in protected mode
     * @return the place, to be closed by the caller after all sessions on it
     */
    DecoderFirmware newFirmware(boolean isProtected);

    /**
     * Begins to decode a stream.
     *
     * @param stream what will be queued
     * @param firmware what it runs on, a place of this device; nothing need be loaded yet
     * @param listener told of all that happens in the session, see {@link DecoderListener}
     * @return the session, to be closed by the caller
     * @throws org.cloister.heap.HeapException {@code NOT_SUPPORTED} for a codec that is not among {@link #codecs()} or
     *     a picture format it cannot write, {@code INVALID_ARGUMENT} for a configuration that is not one, or another device's firmware,
     *     {@code BUSY} when the hardware has no further session, {@code CLOSED} when the device is gone
     */
    DecoderSession open(StreamFormat stream, DecoderFirmware firmware, DecoderListener listener);
}
