// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.record.internal;

import java.util.function.Supplier;
import org.cloister.emulator.devices.internal.BusDevice;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.internal.OpenStreams;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.EncoderSession;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.VideoCodec;
import org.cloister.platform.device.VideoEncoder;

/** A video encoder that encodes H.264 with OpenH264. One thread, the device's, does all its work. */
public final class VideoEncoderModel implements VideoEncoder, AutoCloseable {
    /** How many streams the hardware can hold at a time. */
    public static final int MAX_SESSIONS = 16;

    private static final int MAX_RATE = 240;
    private static final String OPEN = "open an encoder session";

    private final BusDevice device;
    private final Supplier<FfmpegLibraries> ffmpeg;
    private final OpenStreams<EncoderStream> streams;

    /**
     * Puts an encoder on a board.
     *
     * @param name the path of its node
     * @param dma its way to memory
     * @param ffmpeg loads FFmpeg; asked when a stream is opened
     */
    public VideoEncoderModel(String name, Dma dma, Supplier<FfmpegLibraries> ffmpeg) {
        this.device = new BusDevice(name, dma);
        this.ffmpeg = ffmpeg;
        this.streams = new OpenStreams<>(device, MAX_SESSIONS);
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public Initiator initiator() {
        return device.initiator();
    }

    @Override
    public DmaLimits limits() {
        return device.limits();
    }

    @Override
    public VideoCodec codec() {
        return VideoCodec.H264;
    }

    @Override
    public EncoderSession open(PictureFormat format, int framesPerSecond, int bitsPerSecond) {
        if (format.pixels() != PixelFormat.I420 || format.width() % 2 != 0 || format.height() % 2 != 0) {
            throw new HeapException(HeapError.NOT_SUPPORTED, OPEN, device.name(), "it does not take pictures of " + format,
                    "give I420 of even width and height");
        }
        if (framesPerSecond < 1 || framesPerSecond > MAX_RATE || bitsPerSecond < 1) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, OPEN, device.name(), "%d pictures and %d bits a second are none"
                    .formatted(framesPerSecond, bitsPerSecond), "give 1 to %d pictures a second".formatted(MAX_RATE));
        }
        FfmpegLibraries libraries = ffmpeg.get();
        return streams.open(OPEN, () -> new EncoderStream(device, format,
                new CoreEncoder(libraries, device.name(), format, framesPerSecond, bitsPerSecond), streams::forget));
    }

    /** Takes the encoder off the board: closes all streams, ends the thread. Idempotent. */
    @Override
    public void close() {
        streams.close(EncoderStream::close);
    }
}
