// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.cloister.emulator.devices.internal.BusDevice;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.internal.OpenStreams;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.DecoderFirmware;
import org.cloister.platform.device.DecoderListener;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoCodec;
import org.cloister.platform.device.VideoDecoder;

/**
 * A video decoder that decodes with FFmpeg. One thread, the device's, does all its work. Safe for use by any thread.
 */
public final class VideoDecoderModel implements VideoDecoder, AutoCloseable {
    /** How many streams the hardware can hold at a time. */
    public static final int MAX_SESSIONS = 16;

    private static final String OPEN = "open a decoder session";

    private final BusDevice device;
    private final Predicate<MemoryRange> restricted;
    private final Supplier<FfmpegLibraries> ffmpeg;
    private final OpenStreams<Session> sessions;

    /**
     * Puts a decoder on a board.
     *
     * @param name the path of its node
     * @param dma its way to memory
     * @param restricted tells which memory is restricted
     * @param ffmpeg loads FFmpeg; asked when a stream is opened
     */
    public VideoDecoderModel(String name, Dma dma, Predicate<MemoryRange> restricted, Supplier<FfmpegLibraries> ffmpeg) {
        this.device = new BusDevice(name, dma);
        this.restricted = restricted;
        this.ffmpeg = ffmpeg;
        this.sessions = new OpenStreams<>(device, MAX_SESSIONS);
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
    public Set<VideoCodec> codecs() {
        return Set.of(VideoCodec.values());
    }

    @Override
    public DmaLimits limits() {
        return device.limits();
    }

    @Override
    public Optional<String> firmwareFile() {
        return Optional.of(DecoderFirmwareFile.PATH);
    }

    @Override
    public DecoderFirmware newFirmware(boolean isProtected) {
        return new FirmwarePlace(new Channel(device.dma(), restricted, isProtected),
                () -> sessions.open().forEach(Session::poke));
    }

    @Override
    public DecoderSession open(StreamFormat stream, DecoderFirmware firmware, DecoderListener listener) {
        if (!(firmware instanceof FirmwarePlace place) || place.channel().dma() != device.dma()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, OPEN, device.name(),
                    "the place for its firmware is another device's", "make one here");
        }
        FfmpegLibraries libraries = ffmpeg.get();
        return sessions.open(OPEN, () -> new Session(device, place, stream.codec(),
                new CoreDecoder(libraries, device.name(), stream), listener, sessions::forget));
    }

    /** Takes the decoder off the board: halts and closes all sessions, ends the thread. Idempotent. */
    @Override
    public void close() {
        sessions.close(Session::deviceGone);
    }
}
