// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.record.internal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.PictureFormat;

/**
 * The encoding core: OpenH264 as FFmpeg has it. A picture goes in, an access unit of H.264 comes out, without delay. For
 * one thread at a time.
 */
final class CoreEncoder implements AutoCloseable {
    private static final String ENCODER = "libopenh264";
    private static final int UNIT_TYPE = 0x1f;
    private static final int SEQUENCE_PARAMETERS = 7;
    private static final int PICTURE_PARAMETERS = 8;

    private final PictureFormat format;
    private final AVCodecContext context;
    private final AVPacket packet;
    private final AVFrame frame;
    private long next;

    /** An access unit in length-prefixed form. */
    record Unit(byte[] bytes, boolean key) {}

    /**
     * Sets the core up.
     *
     * @param ffmpeg says that the libraries are loaded
     * @param device its name, for errors
     * @throws HeapException {@code NOT_SUPPORTED} when it cannot
     */
    CoreEncoder(FfmpegLibraries ffmpeg, String device, PictureFormat format, int framesPerSecond, int bitsPerSecond) {
        this.format = format;
        AVCodec codec = avcodec.avcodec_find_encoder_by_name(ENCODER);
        if (codec == null) {
            throw unsupported(device, "this build of FFmpeg has no " + ENCODER);
        }
        context = avcodec.avcodec_alloc_context3(codec);
        context.width(format.width());
        context.height(format.height());
        context.pix_fmt(avutil.AV_PIX_FMT_YUV420P);
        AVRational timeBase = new AVRational().num(1).den(framesPerSecond);
        context.time_base(timeBase);
        timeBase.close();
        AVRational rate = new AVRational().num(framesPerSecond).den(1);
        context.framerate(rate);
        rate.close();
        context.bit_rate(bitsPerSecond);
        context.gop_size(framesPerSecond);
        context.max_b_frames(0);
        context.thread_count(1);
        context.flags(context.flags() | avcodec.AV_CODEC_FLAG_GLOBAL_HEADER);
        int code = avcodec.avcodec_open2(context, codec, (AVDictionary) null);
        if (code < 0) {
            avcodec.avcodec_free_context(context);
            throw unsupported(device, "%s at %d a second (%s)".formatted(
                    format, framesPerSecond, FfmpegLibraries.describe(code)));
        }
        packet = avcodec.av_packet_alloc();
        frame = avutil.av_frame_alloc();
        frame.format(avutil.AV_PIX_FMT_YUV420P);
        frame.width(format.width());
        frame.height(format.height());
        avutil.av_frame_get_buffer(frame, 0);
    }

    private static HeapException unsupported(String device, String why) {
        return new HeapException(HeapError.NOT_SUPPORTED, "open an encoder session", device, why,
                "ask for another size, or another rate");
    }

    /** The decoder configuration record. */
    byte[] configuration() {
        byte[] parameters = new byte[context.extradata_size()];
        context.extradata().get(parameters);
        byte[] sequence = new byte[0];
        byte[] picture = new byte[0];
        for (byte[] unit : units(parameters)) {
            switch (unit[0] & UNIT_TYPE) {
                case SEQUENCE_PARAMETERS -> sequence = unit;
                case PICTURE_PARAMETERS -> picture = unit;
                default -> { }
            }
        }
        return ByteBuffer.allocate(11 + sequence.length + picture.length)
                .put((byte) 1).put(sequence, 1, 3).put((byte) 0xff)
                .put((byte) 0xe1).putShort((short) sequence.length).put(sequence)
                .put((byte) 1).putShort((short) picture.length).put(picture).array();
    }

    /**
     * Encodes a picture.
     *
     * @throws IllegalStateException when the core fails
     */
    Unit encode(byte[] picture) {
        check(avutil.av_frame_make_writable(frame));
        for (int plane = 0; plane < format.pixels().planes(); plane++) {
            int lines = format.pixels().lines(plane, format.height());
            int pitch = frame.linesize(plane);
            BytePointer to = frame.data(plane);
            for (int line = 0; line < lines; line++) {
                to.position((long) line * pitch)
                        .put(picture, (int) format.offset(plane) + line * format.stride(plane), format.stride(plane));
            }
        }
        frame.pts(next++);
        check(avcodec.avcodec_send_frame(context, frame));
        check(avcodec.avcodec_receive_packet(context, packet));
        byte[] annexB = new byte[packet.size()];
        packet.data().get(annexB);
        boolean key = (packet.flags() & avcodec.AV_PKT_FLAG_KEY) != 0;
        avcodec.av_packet_unref(packet);
        return new Unit(prefixed(annexB), key);
    }

    private static void check(int code) {
        if (code < 0) {
            throw new IllegalStateException("the encoding core failed: " + FfmpegLibraries.describe(code));
        }
    }

    /** The units of an access unit, without parameter sets, which are in the configuration; each after its length. */
    private static byte[] prefixed(byte[] annexB) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(annexB.length + Integer.BYTES);
        for (byte[] unit : units(annexB)) {
            int type = unit[0] & UNIT_TYPE;
            if (type != SEQUENCE_PARAMETERS && type != PICTURE_PARAMETERS) {
                out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(unit.length).array());
                out.writeBytes(unit);
            }
        }
        return out.toByteArray();
    }

    /** What is between start codes: 00 00 01, with a zero before it or not. */
    private static List<byte[]> units(byte[] annexB) {
        List<byte[]> units = new ArrayList<>();
        int begin = -1;
        for (int i = 0; i + 2 < annexB.length; i++) {
            if (annexB[i] == 0 && annexB[i + 1] == 0 && annexB[i + 2] == 1) {
                addUnit(units, annexB, begin, i);
                begin = i + 3;
            }
        }
        addUnit(units, annexB, begin, annexB.length);
        return units;
    }

    private static void addUnit(List<byte[]> units, byte[] annexB, int begin, int limit) {
        int end = limit;
        while (begin >= 0 && end > begin && annexB[end - 1] == 0) {
            end--;
        }
        if (begin >= 0 && end > begin) {
            byte[] unit = new byte[end - begin];
            System.arraycopy(annexB, begin, unit, 0, unit.length);
            units.add(unit);
        }
    }

    @Override
    public void close() {
        avutil.av_frame_free(frame);
        avcodec.av_packet_free(packet);
        avcodec.avcodec_free_context(context);
    }
}
