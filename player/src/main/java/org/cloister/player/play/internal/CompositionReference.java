// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;

/**
 * What a picture of luma and chroma is as {@link PixelFormat#XRGB8888}, by definition: each term of ITU-R BT.601, 709 or
 * 2020 is rounded to 16 fractional bits, the sum of them and one half is rounded down, and kept within 0 to 255; of ten
 * bits the upper eight count, and each sample of chroma is that of the four pixels that it covers. Computed apart from
 * whatever a GPU does. For one thread.
 */
final class CompositionReference {
    private static final int LEVELS = 256;
    private static final long ONE = 1 << 16;

    private final ColourCoding coding;
    private final long[][] terms = new long[5][LEVELS]; // luma, V in red, U in green, V in green, U in blue

    private CompositionReference(ColourCoding coding) {
        this.coding = coding;
        double kr = coding.matrix().red();
        double kb = coding.matrix().blue();
        double kg = 1 - kr - kb;
        for (int level = 0; level < LEVELS; level++) {
            double luma = coding.fullRange() ? level : (level - 16) * 255.0 / 219;
            double chroma = (level - 128) * (coding.fullRange() ? 1 : 255.0 / 224);
            terms[0][level] = Math.round((luma + 0.5) * ONE);
            terms[1][level] = Math.round(2 * (1 - kr) * chroma * ONE);
            terms[2][level] = Math.round(-2 * kb * (1 - kb) / kg * chroma * ONE);
            terms[3][level] = Math.round(-2 * kr * (1 - kr) / kg * chroma * ONE);
            terms[4][level] = Math.round(2 * (1 - kb) * chroma * ONE);
        }
    }

    /** A reference for pictures of that coding; the same one, if it fits. */
    static CompositionReference of(CompositionReference previous, ColourCoding coding) {
        return previous != null && previous.coding.equals(coding) ? previous : new CompositionReference(coding);
    }

    /** The picture, tightly packed, with zeros where no colour is. */
    byte[] compose(PictureFormat format, MemorySegment picture) {
        byte[] content = picture.toArray(ValueLayout.JAVA_BYTE);
        byte[] composed = new byte[format.width() * format.height() * Integer.BYTES];
        boolean interleaved = format.pixels() == PixelFormat.NV12;
        int size = format.pixels().bytesPerSample();
        int chromaStep = interleaved ? 2 : size;
        int at = 0;
        for (int y = 0; y < format.height(); y++) {
            int u = (int) format.offset(1) + y / 2 * format.stride(1);
            int v = interleaved ? u + 1 : (int) format.offset(2) + y / 2 * format.stride(2);
            for (int x = 0; x < format.width(); x++) {
                int luma = sample(content, y * format.stride(0) + x * size, size);
                int cb = sample(content, u + x / 2 * chromaStep, size);
                int cr = sample(content, v + x / 2 * chromaStep, size);
                composed[at++] = channel(terms[0][luma] + terms[4][cb]);
                composed[at++] = channel(terms[0][luma] + terms[2][cb] + terms[3][cr]);
                composed[at++] = channel(terms[0][luma] + terms[1][cr]);
                at++;
            }
        }
        return composed;
    }

    private static int sample(byte[] content, int at, int size) {
        int low = content[at] & 0xff;
        return size == 1 ? low : (low | (content[at + 1] & 0x3) << 8) >> 2;
    }

    private static byte channel(long sum) {
        return (byte) Math.max(0, Math.min(LEVELS - 1, Math.floorDiv(sum, ONE)));
    }
}
