// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.InternalNeed;
import org.cloister.platform.device.PictureFormat;

/**
 * What the firmware does for a codec, as far as it takes memory.
 *
 * @param ring bytes of the ring for bitstream
 * @param motionBytes bytes of motion vectors for each block of 16x16 pixels, or zero
 * @param pictures how many pictures are reconstructed before the first is overwritten
 */
record CoreProgram(int ring, int motionBytes, int pictures) {
    /** How many pictures' motion is kept: that of the latest, and that of the one before. */
    static final int MOTION_FIELDS = 2;

    /** Reads an entry of the image. */
    static CoreProgram of(byte[] entry) {
        ByteBuffer fields = ByteBuffer.wrap(entry).order(ByteOrder.LITTLE_ENDIAN);
        return new CoreProgram(fields.getInt(4), fields.getInt(8), fields.getInt(12));
    }

    /** What it wants; pictures and motion once their size is known. */
    List<InternalNeed> needs(Optional<PictureFormat> format) {
        List<InternalNeed> needs = new ArrayList<>();
        needs.add(new InternalNeed(InternalMemory.BITSTREAM_RING, ring, 1));
        format.ifPresent(known -> {
            if (motionBytes > 0) {
                needs.add(new InternalNeed(
                        InternalMemory.MOTION_VECTORS, MotionField.size(known) * MOTION_FIELDS, 1));
            }
            needs.add(new InternalNeed(InternalMemory.RECONSTRUCTION, known.size(), pictures));
        });
        return needs;
    }
}
