// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.ColourCoding.Matrix;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;

/** A decoded picture in on-chip memory, until the core decodes on. For one thread at a time. */
final class Picture {
    /** Streams that do not say how they are coloured are taken for high definition from this height on. */
    private static final int HIGH_DEFINITION_LINES = 720;

    private final AVFrame frame;
    private final PixelFormat output;

    Picture(AVFrame frame, PixelFormat output) {
        this.frame = frame;
        this.output = output;
    }

    long timestamp() {
        return frame.pts();
    }

    /** Whether part of it had to be guessed. */
    boolean damaged() {
        return frame.decode_error_flags() != 0 || (frame.flags() & AVFrame.AV_FRAME_FLAG_CORRUPT) != 0;
    }

    /** Its shape in memory; empty when the device cannot write such pictures. */
    Optional<PictureFormat> format() {
        return pixels().map(pixels -> new PictureFormat(pixels, frame.width(), frame.height(), colour()));
    }

    /** What it consists of, as FFmpeg calls it. */
    String pixelFormatName() {
        BytePointer name = avutil.av_get_pix_fmt_name(frame.format());
        return name == null ? "unknown" : name.getString();
    }

    private Optional<PixelFormat> pixels() {
        return switch (frame.format()) {
            case avutil.AV_PIX_FMT_YUV420P, avutil.AV_PIX_FMT_YUVJ420P -> Optional.of(output);
            case avutil.AV_PIX_FMT_YUV420P10LE ->
                    output == PixelFormat.I420 ? Optional.of(PixelFormat.I420_10) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private ColourCoding colour() {
        Matrix matrix = switch (frame.colorspace()) {
            case avutil.AVCOL_SPC_BT709 -> Matrix.BT709;
            case avutil.AVCOL_SPC_BT470BG, avutil.AVCOL_SPC_SMPTE170M -> Matrix.BT601;
            case avutil.AVCOL_SPC_BT2020_NCL, avutil.AVCOL_SPC_BT2020_CL -> Matrix.BT2020;
            default -> frame.height() >= HIGH_DEFINITION_LINES ? Matrix.BT709 : Matrix.BT601;
        };
        boolean fullRange = frame.color_range() == avutil.AVCOL_RANGE_JPEG
                || frame.format() == avutil.AV_PIX_FMT_YUVJ420P;
        return new ColourCoding(matrix, fullRange);
    }

    /** Its motion vectors. */
    byte[] motion(PictureFormat format) {
        return MotionField.of(frame, format);
    }

    /** Copies the picture, tightly packed. */
    void pack(PictureFormat format, MemorySegment into) {
        copyPlane(format, 0, into);
        if (format.pixels() == PixelFormat.NV12) {
            interleave(format, into.asSlice(format.offset(1)));
        } else {
            copyPlane(format, 1, into);
            copyPlane(format, 2, into);
        }
    }

    private void copyPlane(PictureFormat format, int plane, MemorySegment into) {
        int lines = format.pixels().lines(plane, format.height());
        MemorySegment source = plane(plane, lines);
        int pitch = frame.linesize(plane);
        int stride = format.stride(plane);
        long offset = format.offset(plane);
        for (int line = 0; line < lines; line++) {
            MemorySegment.copy(source, (long) line * pitch, into, offset + (long) line * stride, stride);
        }
    }

    private void interleave(PictureFormat format, MemorySegment into) {
        int lines = format.pixels().lines(1, format.height());
        int columns = format.stride(1) / 2;
        MemorySegment u = plane(1, lines);
        MemorySegment v = plane(2, lines);
        for (int line = 0; line < lines; line++) {
            for (int x = 0; x < columns; x++) {
                long to = (long) line * format.stride(1) + 2L * x;
                into.set(ValueLayout.JAVA_BYTE, to, u.get(ValueLayout.JAVA_BYTE, (long) line * frame.linesize(1) + x));
                into.set(ValueLayout.JAVA_BYTE, to + 1,
                        v.get(ValueLayout.JAVA_BYTE, (long) line * frame.linesize(2) + x));
            }
        }
    }

    private MemorySegment plane(int plane, int lines) {
        long bytes = (long) lines * frame.linesize(plane);
        return MemorySegment.ofBuffer(frame.data(plane).capacity(bytes).asByteBuffer());
    }
}
