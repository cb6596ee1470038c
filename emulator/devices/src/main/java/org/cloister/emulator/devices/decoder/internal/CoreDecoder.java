// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.StreamFormat;

/**
 * The decoding core: FFmpeg. Bitstream goes in, pictures come out in presentation
 * order. For one thread at a time.
 */
final class CoreDecoder implements AutoCloseable {
    /** The largest access unit that fits the chip. */
    static final int MAX_ACCESS_UNIT = 64 << 20;

    private final PixelFormat output;
    private final AVCodecContext context;
    private final AVPacket packet;
    private final AVFrame frame;

    /**
     * Sets the core up for a stream.
     *
     * @param ffmpeg says that the libraries are loaded
     * @param device its name, for errors
     * @throws HeapException {@code INVALID_ARGUMENT} for a configuration that the core cannot parse,
     *     {@code NOT_SUPPORTED} for an output it cannot write
     */
    CoreDecoder(FfmpegLibraries ffmpeg, String device, StreamFormat stream) {
        if (stream.output() != PixelFormat.I420 && stream.output() != PixelFormat.NV12) {
            throw new HeapException(HeapError.NOT_SUPPORTED, "open a decoder session", device,
                    "it does not write pictures as " + stream.output(), "ask for I420 or NV12");
        }
        output = stream.output();
        AVCodec codec = avcodec.avcodec_find_decoder(switch (stream.codec()) {
            case H264 -> avcodec.AV_CODEC_ID_H264;
            case HEVC -> avcodec.AV_CODEC_ID_HEVC;
        });
        context = avcodec.avcodec_alloc_context3(codec);
        configure(stream.configuration());
        int code = avcodec.avcodec_open2(context, codec, (AVDictionary) null);
        if (code < 0) {
            avcodec.avcodec_free_context(context);
            throw new HeapException(HeapError.INVALID_ARGUMENT, "open a decoder session", device,
                    "the configuration of the %s stream is damaged (%s)".formatted(stream.codec().label(), FfmpegLibraries.describe(code)),
                    "give the decoder configuration record of the container, or none");
        }
        packet = avcodec.av_packet_alloc();
        frame = avutil.av_frame_alloc();
    }

    /**
     * One thread, so that nothing of the stream is delayed by others. Strict, so that reordering follows the standard
     * instead of a guess. A damaged access unit is an error and not half a picture.
     */
    private void configure(byte[] configuration) {
        context.thread_count(1);
        context.strict_std_compliance(avcodec.FF_COMPLIANCE_STRICT);
        context.err_recognition(avcodec.AV_EF_EXPLODE);
        context.export_side_data(avcodec.AV_CODEC_EXPORT_DATA_MVS);
        if (configuration.length > 0) {
            BytePointer data = new BytePointer(
                    avutil.av_mallocz(configuration.length + avcodec.AV_INPUT_BUFFER_PADDING_SIZE));
            data.put(configuration, 0, configuration.length);
            context.extradata(data);
            context.extradata_size(configuration.length);
        }
    }

    /**
     * Takes one access unit.
     *
     * @param length bytes, 1 to {@value #MAX_ACCESS_UNIT}
     * @param fill fills it
     * @return what is wrong with it; empty when nothing is
     */
    Optional<String> decode(long length, long timestamp, Consumer<MemorySegment> fill) {
        avcodec.av_packet_unref(packet);
        int code = avcodec.av_new_packet(packet, Math.toIntExact(length));
        if (code < 0) {
            return Optional.of(FfmpegLibraries.describe(code));
        }
        fill.accept(MemorySegment.ofBuffer(packet.data().capacity(length).asByteBuffer()));
        packet.pts(timestamp);
        packet.dts(timestamp);
        return problem(avcodec.avcodec_send_packet(context, packet));
    }

    /** Says that no more access units come. */
    void end() {
        avcodec.avcodec_send_packet(context, null);
    }

    /** Forgets everything but the configuration. */
    void flush() {
        avcodec.avcodec_flush_buffers(context);
    }

    /** What {@link #receive} found. */
    sealed interface Received {
        /** A picture; valid until the next call. */
        record Decoded(Picture picture) implements Received {}

        /** The core needs another access unit. */
        record Hungry() implements Received {}

        /** All pictures are out. */
        record Finished() implements Received {}

        /** A picture was spoiled. */
        record Spoiled(String reason) implements Received {}
    }

    /** Takes the next picture out, if there is one. */
    Received receive() {
        int code = avcodec.avcodec_receive_frame(context, frame);
        if (code == avutil.AVERROR_EAGAIN()) {
            return new Received.Hungry();
        }
        if (code == avutil.AVERROR_EOF()) {
            return new Received.Finished();
        }
        return code < 0 ? new Received.Spoiled(FfmpegLibraries.describe(code)) : new Received.Decoded(new Picture(frame, output));
    }

    private static Optional<String> problem(int code) {
        return code < 0 ? Optional.of(FfmpegLibraries.describe(code)) : Optional.empty();
    }

    @Override
    public void close() {
        avutil.av_frame_free(frame);
        avcodec.av_packet_free(packet);
        avcodec.avcodec_free_context(context);
    }
}
