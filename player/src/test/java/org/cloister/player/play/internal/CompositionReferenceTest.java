// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.junit.jupiter.api.Test;

class CompositionReferenceTest {
    private static byte[] compose(PixelFormat pixels, int width, ColourCoding coding, int... samples) {
        byte[] picture = new byte[samples.length];
        for (int i = 0; i < samples.length; i++) {
            picture[i] = (byte) samples[i];
        }
        return CompositionReference.of(null, coding)
                .compose(new PictureFormat(pixels, width, 1, coding), MemorySegment.ofArray(picture));
    }

    @Test
    void blackWhiteAndWhatIsBeyondThem() {
        assertThat(compose(PixelFormat.I420, 4, ColourCoding.BT709_LIMITED, 16, 235, 0, 255, 128, 128, 128, 128))
                .containsExactly(0, 0, 0, 0, -1, -1, -1, 0, 0, 0, 0, 0, -1, -1, -1, 0);
    }

    @Test
    void coloursOfStudioVideo() {
        assertThat(compose(PixelFormat.I420, 1, ColourCoding.BT601_LIMITED, 81, 90, 240)).containsExactly(0, 0, -2, 0);
        assertThat(compose(PixelFormat.I420, 1, ColourCoding.BT601_LIMITED, 145, 54, 34)).containsExactly(1, -1, 0, 0);
    }

    @Test
    void allLayoutsOfOnePictureBecomeTheSame() {
        byte[] planar = compose(PixelFormat.I420, 3, ColourCoding.BT709_LIMITED, 50, 100, 200, 90, 91, 160, 161);
        assertThat(compose(PixelFormat.NV12, 3, ColourCoding.BT709_LIMITED, 50, 100, 200, 90, 160, 91, 161))
                .isEqualTo(planar);
        assertThat(compose(PixelFormat.I420_10, 3, ColourCoding.BT709_LIMITED, 200, 0, 0x90, 1, 0x20, 3,
                0x68, 1, 0x6c, 1, 0x80, 2, 0x84, 2)).isEqualTo(planar);
    }

    @Test
    void tablesAreKeptForOneCoding() {
        CompositionReference first = CompositionReference.of(null, ColourCoding.BT709_LIMITED);
        assertThat(CompositionReference.of(first, ColourCoding.BT709_LIMITED)).isSameAs(first);
        assertThat(CompositionReference.of(first, ColourCoding.BT601_LIMITED)).isNotSameAs(first);
    }
}
