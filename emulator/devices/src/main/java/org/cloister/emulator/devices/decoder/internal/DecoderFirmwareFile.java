// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.device.VideoCodec;
import org.cloister.platform.device.VideoDecoder;

/**
 * The file that a driver of the emulated decoder is to load. What the processor of the decoder does is emulated; the
 * image tells for each codec what memory that takes.
 *
 * <pre>
 *    0  u32 magic     4  u32 version     8  u32 bytes of the image    12  u32 number of entries
 *   16  entries of 16 bytes, one for each codec:
 *         0 u32 name   4 u32 bytes of the ring   8 u32 bytes of motion for each 16x16 block   12 u32 pictures
 *       zeros up to the end
 * </pre>
 * Little-endian.
 */
public final class DecoderFirmwareFile implements FirmwareFiles {
    /** Where it is. */
    static final String PATH = VideoDecoder.FIRMWARE_DIRECTORY + "/vdec.bin";
    /** Bytes of the image. */
    static final int SIZE = 4096;
    /** Bytes of an entry. */
    static final int ENTRY = 16;

    private static final int MAGIC = 0x44564c43; // "CLVD"
    private static final int VERSION = 1;
    private static final int HEADER = 16;
    private static final int RING = 64 << 10;
    private static final int PICTURES = 3;

    /** Makes the file system. */
    public DecoderFirmwareFile() {
    }

    @Override
    public Optional<byte[]> find(String path) {
        return path.equals(PATH) ? Optional.of(image()) : Optional.empty();
    }

    /** The image. */
    public static byte[] image() {
        ByteBuffer image = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(MAGIC).putInt(VERSION).putInt(SIZE).putInt(VideoCodec.values().length);
        for (VideoCodec codec : VideoCodec.values()) {
            image.putInt(name(codec)).putInt(RING).putInt(motionBytes(codec)).putInt(PICTURES);
        }
        return image.array();
    }

    /** Where the entry of a codec is in the image. */
    static int entry(VideoCodec codec) {
        return HEADER + ENTRY * codec.ordinal();
    }

    private static int name(VideoCodec codec) {
        return switch (codec) {
            case H264 -> 0x34363248; // "H264"
            case HEVC -> 0x43564548; // "HEVC"
        };
    }

    /** The core for HEVC keeps motion vectors to itself. */
    private static int motionBytes(VideoCodec codec) {
        return switch (codec) {
            case H264 -> MotionField.BLOCK_BYTES;
            case HEVC -> 0;
        };
    }
}
