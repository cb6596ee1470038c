// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.picture.internal;

import java.util.Arrays;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.Scene.Area;

/**
 * Draws pictures into the pixels of a panel, or of another picture, scaled by taking the nearest sample. For one thread at a time.
 */
public final class Compositor {
    private static final int OPAQUE = 255;

    private final int panelWidth;
    private ColourConverter converter = new ColourConverter(ColourCoding.BT601_LIMITED);

    /**
     * Makes a compositor for pictures.
     *
     * @param panelWidth pixels of a line of what is drawn into
     */
    public Compositor(int panelWidth) {
        this.panelWidth = panelWidth;
    }

    /** Draws a picture. */
    public void draw(int[] pixels, PictureFormat format, byte[] content, Area area) {
        if (!converter.coding().equals(format.colour())) {
            converter = new ColourConverter(format.colour());
        }
        int[] columns = new int[area.width()];
        for (int column = 0; column < columns.length; column++) {
            columns[column] = nearest(column, columns.length, format.width());
        }
        int previous = -1;
        for (int row = 0; row < area.height(); row++) {
            int line = nearest(row, area.height(), format.height());
            int to = (area.y() + row) * panelWidth + area.x();
            if (line == previous) {
                System.arraycopy(pixels, to - panelWidth, pixels, to, columns.length);
                continue;
            }
            previous = line;
            switch (format.pixels()) {
                case XRGB8888 -> packed(pixels, to, columns, content, line * format.stride(0));
                case I420 -> planar(pixels, to, columns, format, content, line);
                case I420_10 -> planarTen(pixels, to, columns, format, content, line);
                case NV12 -> semiPlanar(pixels, to, columns, format, content, line);
            }
        }
    }

    /** The sample whose middle is nearest to the middle of pixel {@code index} of {@code count}. */
    private static int nearest(int index, int count, int samples) {
        return (int) ((2L * index + 1) * samples / (2L * count));
    }

    /** Makes a part of the panel black. */
    public void blacken(int[] pixels, Area area) {
        for (int row = 0; row < area.height(); row++) {
            int from = (area.y() + row) * panelWidth + area.x();
            Arrays.fill(pixels, from, from + area.width(), 0);
        }
    }

    /**
     * Draws a picture that what is below shines through.
     *
     * @param opacity 0 (not to be seen) to 255 (opaque); the result is rounded to the nearest, halves up
     */
    public void blend(int[] pixels, PictureFormat format, byte[] content, Area area, int opacity) {
        if (opacity == OPAQUE) {
            draw(pixels, format, content, area);
            return;
        }
        int[] drawn = pixels.clone();
        draw(drawn, format, content, area);
        for (int row = 0; row < area.height(); row++) {
            int from = (area.y() + row) * panelWidth + area.x();
            for (int at = from; at < from + area.width(); at++) {
                pixels[at] = mix(drawn[at], pixels[at], opacity);
            }
        }
    }

    private static int mix(int over, int under, int opacity) {
        int mixed = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int sum = (over >> shift & 0xff) * opacity + (under >> shift & 0xff) * (OPAQUE - opacity);
            mixed |= (2 * sum + OPAQUE) / (2 * OPAQUE) << shift;
        }
        return mixed;
    }

    private static void packed(int[] pixels, int to, int[] columns, byte[] content, int from) {
        for (int i = 0; i < columns.length; i++) {
            int at = from + columns[i] * Integer.BYTES;
            pixels[to + i] = at(content, at + 2) << 16 | at(content, at + 1) << 8 | at(content, at);
        }
    }

    private void planar(int[] pixels, int to, int[] columns, PictureFormat format, byte[] content, int line) {
        int y = line * format.stride(0);
        int u = (int) format.offset(1) + line / 2 * format.stride(1);
        int v = (int) format.offset(2) + line / 2 * format.stride(2);
        for (int i = 0; i < columns.length; i++) {
            int x = columns[i];
            pixels[to + i] = converter.rgb(at(content, y + x), at(content, u + x / 2), at(content, v + x / 2));
        }
    }

    private void planarTen(int[] pixels, int to, int[] columns, PictureFormat format, byte[] content, int line) {
        int y = line * format.stride(0);
        int u = (int) format.offset(1) + line / 2 * format.stride(1);
        int v = (int) format.offset(2) + line / 2 * format.stride(2);
        for (int i = 0; i < columns.length; i++) {
            int x = 2 * columns[i];
            int chroma = columns[i] / 2 * 2;
            pixels[to + i] = converter.rgb(
                    tenBits(content, y + x), tenBits(content, u + chroma), tenBits(content, v + chroma));
        }
    }

    private void semiPlanar(int[] pixels, int to, int[] columns, PictureFormat format, byte[] content, int line) {
        int y = line * format.stride(0);
        int uv = (int) format.offset(1) + line / 2 * format.stride(1);
        for (int i = 0; i < columns.length; i++) {
            int chroma = uv + columns[i] / 2 * 2;
            pixels[to + i] = converter.rgb(at(content, y + columns[i]), at(content, chroma), at(content, chroma + 1));
        }
    }

    private static int at(byte[] content, int index) {
        return Byte.toUnsignedInt(content[index]);
    }

    /** The upper eight of ten bits: what the panel can show. */
    private static int tenBits(byte[] content, int index) {
        return (at(content, index) | at(content, index + 1) << 8) >> 2 & 0xff;
    }
}
