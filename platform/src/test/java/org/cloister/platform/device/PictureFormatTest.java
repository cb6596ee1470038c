// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureFormatTest {
    @ParameterizedTest
    @CsvSource({
        "I420,     320, 180, 86400",
        "NV12,     320, 180, 86400",
        "I420_10,  320, 180, 172800",
        "XRGB8888, 320, 180, 230400",
        "I420,       1,   1, 3",
        "NV12,       1,   1, 3",
        "I420,      33,  17, 867",
        "NV12,      33,  17, 867",
    })
    void picturesArePackedWithChromaRoundedUp(PixelFormat pixels, int width, int height, long size) {
        assertThat(format(pixels, width, height).size()).isEqualTo(size);
    }

    @Test
    void planesFollowOneAnother() {
        PictureFormat odd = format(PixelFormat.I420, 33, 17);

        assertThat(odd.offset(0)).isZero();
        assertThat(odd.offset(1)).isEqualTo(33 * 17);
        assertThat(odd.offset(2)).isEqualTo(33 * 17 + 17 * 9);
        assertThat(odd.stride(1)).isEqualTo(17);
    }

    @Test
    void theLargestPictureHasASize() {
        assertThat(format(PixelFormat.XRGB8888, PictureFormat.MAX_SIDE, PictureFormat.MAX_SIDE).size())
                .isEqualTo(1L << 30);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0", "-1, 1", "16385, 1", "1, 16385"})
    void refusesSizesThatAreNone(int width, int height) {
        assertThatThrownBy(() -> format(PixelFormat.I420, width, height))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(width + " by " + height);
    }

    private static PictureFormat format(PixelFormat pixels, int width, int height) {
        return new PictureFormat(pixels, width, height, ColourCoding.BT601_LIMITED);
    }
}
