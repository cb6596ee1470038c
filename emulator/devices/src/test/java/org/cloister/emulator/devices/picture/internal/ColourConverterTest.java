// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.picture.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.ColourCoding.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColourConverterTest {
    /** Known values of the recommendations: white, black, and the primaries of 100 % colour bars. */
    @ParameterizedTest
    @CsvSource({
        "BT601, false, 235, 128, 128, ffffff",
        "BT601, false,  16, 128, 128, 000000",
        "BT601, false,  81,  90, 240, fe0000",
        "BT601, false, 145,  54,  34, 00ff01",
        "BT601, false,  41, 240, 110, 0000ff",
        "BT709, false,  63, 102, 240, ff0000",
        "BT709, false, 173,  42,  26, 00ff00",
        "BT709, false,  32, 240, 118, 0000ff",
        "BT601, true,  255, 128, 128, ffffff",
        "BT601, true,    0, 128, 128, 000000",
        "BT601, true,   76,  85, 255, fe0000",
        "BT601, false, 255, 128, 128, ffffff",
        "BT601, false,   0, 128, 128, 000000",
    })
    void followsTheRecommendations(Matrix matrix, boolean fullRange, int y, int u, int v, String rgb) {
        int actual = new ColourConverter(new ColourCoding(matrix, fullRange)).rgb(y, u, v);
        int expected = Integer.parseInt(rgb, 16);

        for (int shift = 0; shift <= 16; shift += 8) {
            assertThat(actual >> shift & 0xff).as("%06x instead of %s", actual, rgb)
                    .isCloseTo(expected >> shift & 0xff, Offset.offset(1));
        }
    }

    @Test
    void isOneStepOffAtMost() {
        for (Matrix matrix : Matrix.values()) {
            ColourConverter converter = new ColourConverter(new ColourCoding(matrix, false));
            for (int y = 0; y < 256; y += 5) {
                for (int u = 0; u < 256; u += 5) {
                    for (int v = 0; v < 256; v += 5) {
                        double red = (y - 16) * 255.0 / 219 + 2 * (1 - matrix.red()) * (v - 128) * 255.0 / 224;
                        int actual = converter.rgb(y, u, v) >> 16;
                        assertThat(actual).isCloseTo(Math.clamp(Math.round(red), 0, 255),
                                Offset.offset(1));
                    }
                }
            }
        }
    }
}
