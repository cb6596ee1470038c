// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.picture.internal;

import org.cloister.platform.device.ColourCoding;

/**
 * Turns luma and chroma of eight bits into red, green and blue, by ITU-R BT.601, 709 or 2020. Immutable.
 *
 * <p>Fixed point with 16 fractional bits; a result is at most one step off the exact value.
 */
final class ColourConverter {
    private static final int FRACTION = 16;
    private static final int STEPS = 256;
    private static final int CHROMA_ZERO = 128;

    private final ColourCoding coding;
    private final int[] luma = new int[STEPS];
    private final int[] redOfV = new int[STEPS];
    private final int[] greenOfU = new int[STEPS];
    private final int[] greenOfV = new int[STEPS];
    private final int[] blueOfU = new int[STEPS];

    ColourConverter(ColourCoding coding) {
        this.coding = coding;
        double red = coding.matrix().red();
        double blue = coding.matrix().blue();
        double green = 1 - red - blue;
        int black = coding.fullRange() ? 0 : 16;
        double lumaScale = coding.fullRange() ? 1 : 255.0 / 219;
        double chromaScale = coding.fullRange() ? 1 : 255.0 / 224;
        for (int i = 0; i < STEPS; i++) {
            double chroma = (i - CHROMA_ZERO) * chromaScale;
            luma[i] = fixed((i - black) * lumaScale + 0.5);
            redOfV[i] = fixed(2 * (1 - red) * chroma);
            blueOfU[i] = fixed(2 * (1 - blue) * chroma);
            greenOfU[i] = fixed(-2 * blue * (1 - blue) / green * chroma);
            greenOfV[i] = fixed(-2 * red * (1 - red) / green * chroma);
        }
    }

    ColourCoding coding() {
        return coding;
    }

    /** The colour as {@code 0xRRGGBB}. */
    int rgb(int y, int u, int v) {
        int base = luma[y];
        return clamp(base + redOfV[v]) << 16 | clamp(base + greenOfU[u] + greenOfV[v]) << 8 | clamp(base + blueOfU[u]);
    }

    private static int fixed(double value) {
        return (int) Math.round(value * (1 << FRACTION));
    }

    private static int clamp(int value) {
        return Math.clamp(value >> FRACTION, 0, STEPS - 1);
    }
}
