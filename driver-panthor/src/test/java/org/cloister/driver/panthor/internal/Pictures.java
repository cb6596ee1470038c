// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.SplittableRandom;
import org.cloister.platform.device.ColourCoding;

/** Pictures for tests, and what a GPU has to make of them, computed in another way than the GPU does. */
final class Pictures {
    private Pictures() {}

    /** A picture of noise, as NV12. */
    static byte[] noise(int width, int height, long seed) {
        byte[] picture = new byte[width * height + 2 * ((width + 1) / 2) * ((height + 1) / 2)];
        new SplittableRandom(seed).nextBytes(picture);
        return picture;
    }

    /** The same as XRGB8888, by the definition of the conversion: coefficients of 16 fractional bits, rounded. */
    static byte[] xrgb(byte[] nv12, int width, int height, ColourCoding coding) {
        double kr = coding.matrix().red();
        double kb = coding.matrix().blue();
        double kg = 1 - kr - kb;
        double gain = coding.fullRange() ? 1 : 255 / 224.0;
        byte[] picture = new byte[width * height * 4];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int chroma = width * height + y / 2 * (2 * ((width + 1) / 2)) + x / 2 * 2;
                double luma = nv12[y * width + x] & 0xff;
                double base = (coding.fullRange() ? luma : (luma - 16) * 255 / 219) + 0.5;
                double u = ((nv12[chroma] & 0xff) - 128) * gain;
                double v = ((nv12[chroma + 1] & 0xff) - 128) * gain;
                int at = (y * width + x) * 4;
                picture[at] = channel(base, 2 * (1 - kb) * u);
                picture[at + 1] = channel(base, -2 * kb * (1 - kb) / kg * u, -2 * kr * (1 - kr) / kg * v);
                picture[at + 2] = channel(base, 2 * (1 - kr) * v);
            }
        }
        return picture;
    }

    private static byte channel(double... terms) {
        long sum = 0;
        for (double term : terms) {
            sum += Math.round(term * 65536);
        }
        return (byte) Math.max(0, Math.min(255, Math.floorDiv(sum, 65536)));
    }
}
