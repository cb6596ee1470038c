// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;
import org.bytedeco.ffmpeg.avutil.AVMotionVector;
import org.bytedeco.ffmpeg.global.avutil;
import org.cloister.platform.device.PictureFormat;

/**
 * The motion vectors of a picture as the decoder keeps them: for each block of 16x16 pixels, line by line, those of its 16
 * cells of 4x4 from earlier pictures, then those from later ones; each as two 16-bit numbers in quarters of a pixel.
 * Zeros where there are none. Stateless.
 */
final class MotionField {
    /** Bytes of a block. */
    static final int BLOCK_BYTES = 128;

    private static final int BLOCK = 16;
    private static final int CELL = 4;
    private static final int CELLS = BLOCK / CELL;
    private static final int LIST_BYTES = BLOCK_BYTES / 2;

    private MotionField() {
    }

    /** Bytes of the field of a picture. */
    static long size(PictureFormat format) {
        return (long) blocks(format.width()) * blocks(format.height()) * BLOCK_BYTES;
    }

    private static int blocks(int pixels) {
        return (pixels + BLOCK - 1) / BLOCK;
    }

    /** The field of a decoded picture. */
    static byte[] of(AVFrame frame, PictureFormat format) {
        byte[] field = new byte[Math.toIntExact(size(format))];
        AVFrameSideData data = avutil.av_frame_get_side_data(frame, avutil.AV_FRAME_DATA_MOTION_VECTORS);
        if (data != null) {
            ByteBuffer cells = ByteBuffer.wrap(field).order(ByteOrder.LITTLE_ENDIAN);
            AVMotionVector vectors = new AVMotionVector(data.data());
            long count = data.size() / vectors.sizeof();
            for (long i = 0; i < count; i++) {
                put(vectors.getPointer(i), cells, format);
            }
        }
        return field;
    }

    private static void put(AVMotionVector vector, ByteBuffer cells, PictureFormat format) {
        int list = vector.source() < 0 ? 0 : LIST_BYTES;
        int left = vector.dst_x() - vector.w() / 2;
        int top = vector.dst_y() - vector.h() / 2;
        int across = blocks(format.width());
        for (int y = Math.max(0, top); y < Math.min(top + vector.h(), blocks(format.height()) * BLOCK); y += CELL) {
            for (int x = Math.max(0, left); x < Math.min(left + vector.w(), across * BLOCK); x += CELL) {
                int cell = y % BLOCK / CELL * CELLS + x % BLOCK / CELL;
                int at = (y / BLOCK * across + x / BLOCK) * BLOCK_BYTES + list + cell * Integer.BYTES;
                cells.putShort(at, (short) vector.motion_x()).putShort(at + Short.BYTES, (short) vector.motion_y());
            }
        }
    }
}
