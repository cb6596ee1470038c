// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How luma and chroma stand for colours.
 *
 * @param matrix the weights of red, green and blue in luma
 * @param fullRange whether samples use the whole range of numbers (0 to 255), or the range of studio video (luma 16 to
 *     235, chroma 16 to 240)
 */
@ProviderType
public record ColourCoding(Matrix matrix, boolean fullRange) {
    /** The weights of red, green and blue in luma. */
    public enum Matrix {
        /** ITU-R BT.601: standard definition. */
        BT601(0.299, 0.114),
        /** ITU-R BT.709: high definition. */
        BT709(0.2126, 0.0722),
        /** ITU-R BT.2020, not constant luminance: ultra-high definition. */
        BT2020(0.2627, 0.0593);

        private final double red;
        private final double blue;

        Matrix(double red, double blue) {
            this.red = red;
            this.blue = blue;
        }

        /** The weight of red. */
        public double red() {
            return red;
        }

        /** The weight of blue. */
        public double blue() {
            return blue;
        }
    }

    /** Standard-definition video in studio range: what an unlabelled small stream means. */
    public static final ColourCoding BT601_LIMITED = new ColourCoding(Matrix.BT601, false);
    /** High-definition video in studio range. */
    public static final ColourCoding BT709_LIMITED = new ColourCoding(Matrix.BT709, false);

    /** Checks the components. */
    public ColourCoding {
        Objects.requireNonNull(matrix, "matrix");
    }
}
