// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal.display;

import java.util.Arrays;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;

/**
 * Draws pictures into the pixels of a panel, scaled by taking the nearest sample. For one thread at a time.
 */
final class Compositor {
    private final int panelWidth;
    private ColourConverter converter = new ColourConverter(ColourCoding.BT601_LIMITED);

    Compositor(int panelWidth) {
        this.panelWidth = panelWidth;
    }

    /** Draws a picture. */
    void draw(int[] pixels, PictureFormat format, byte[] content, Area area) {
        if (!converter.coding().equals(format.colour())) {
            converter = new ColourConverter(format.colour());
        }
        for (int row = 0; row < area.height(); row++) {
            int line = (int) ((2L * row + 1) * format.height() / (2L * area.height()));
            int to = (area.y() + row) * panelWidth + area.x();
            for (int column = 0; column < area.width(); column++) {
                int x = (int) ((2L * column + 1) * format.width() / (2L * area.width()));
                pixels[to + column] = colour(format, content, x, line);
            }
        }
    }

    /** Makes a part of the panel black. */
    void blacken(int[] pixels, Area area) {
        for (int row = 0; row < area.height(); row++) {
            int from = (area.y() + row) * panelWidth + area.x();
            Arrays.fill(pixels, from, from + area.width(), 0);
        }
    }

    private int colour(PictureFormat format, byte[] content, int x, int line) {
        int luma = line * format.stride(0) + x * format.pixels().bytesPerSample();
        return switch (format.pixels()) {
            case XRGB8888 -> at(content, luma + 2) << 16 | at(content, luma + 1) << 8 | at(content, luma);
            case I420 -> {
                int chroma = line / 2 * format.stride(1) + x / 2;
                yield converter.rgb(at(content, luma), at(content, (int) format.offset(1) + chroma),
                        at(content, (int) format.offset(2) + chroma));
            }
            case I420_10 -> {
                int chroma = line / 2 * format.stride(1) + x / 2 * 2;
                yield converter.rgb(tenBits(content, luma), tenBits(content, (int) format.offset(1) + chroma),
                        tenBits(content, (int) format.offset(2) + chroma));
            }
            case NV12 -> {
                int chroma = (int) format.offset(1) + line / 2 * format.stride(1) + x / 2 * 2;
                yield converter.rgb(at(content, luma), at(content, chroma), at(content, chroma + 1));
            }
        };
    }

    private static int at(byte[] content, int index) {
        return Byte.toUnsignedInt(content[index]);
    }

    /** The upper eight of ten bits: what the panel can show. */
    private static int tenBits(byte[] content, int index) {
        return (at(content, index) | at(content, index + 1) << 8) >> 2 & 0xff;
    }
}
