// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Small photographs of what the panel showed, evenly spread over the clip, whose length nobody knows beforehand. When
 * there are too many, every other one is dropped, and from then on only every other one is taken. Safe for use by any
 * thread.
 */
final class ContactSheet {
    private static final int MOST = 16;
    private static final int COLUMNS = 4;
    private static final int WIDTH = 320;
    private static final int GAP = 4;

    private final List<BufferedImage> thumbnails = new ArrayList<>(); // guarded by this, as are those below
    private int stride = 1;
    private int offered;

    /** Takes a photograph, if it is time for one. */
    synchronized void offer(Supplier<BufferedImage> panel) {
        if (offered++ % stride != 0) {
            return;
        }
        if (thumbnails.size() == MOST) {
            for (int i = MOST - 1; i > 0; i -= 2) {
                thumbnails.remove(i);
            }
            stride *= 2;
            if ((offered - 1) % stride != 0) {
                return;
            }
        }
        thumbnails.add(shrink(panel.get()));
    }

    /** Each small pixel is the mean of those that it stands for. */
    private static BufferedImage shrink(BufferedImage photograph) {
        int fullWidth = photograph.getWidth();
        int fullHeight = photograph.getHeight();
        int[] pixels = photograph.getRGB(0, 0, fullWidth, fullHeight, null, 0, fullWidth);
        int width = Math.min(WIDTH, fullWidth);
        int height = Math.max(1, fullHeight * width / fullWidth);
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                small.setRGB(x, y, mean(pixels, fullWidth, x * fullWidth / width, (x + 1) * fullWidth / width,
                        y * fullHeight / height, (y + 1) * fullHeight / height));
            }
        }
        return small;
    }

    private static int mean(int[] pixels, int pitch, int left, int right, int top, int bottom) {
        int red = 0;
        int green = 0;
        int blue = 0;
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                int pixel = pixels[y * pitch + x];
                red += pixel >> 16 & 0xff;
                green += pixel >> 8 & 0xff;
                blue += pixel & 0xff;
            }
        }
        int count = (right - left) * (bottom - top);
        return red / count << 16 | green / count << 8 | blue / count;
    }

    /** How many photographs there are. */
    synchronized int size() {
        return thumbnails.size();
    }

    /**
     * Writes them, row by row, as a PNG.
     *
     * @throws IOException when the file cannot be written
     */
    synchronized void write(Path file) throws IOException {
        int rows = Math.max(1, (thumbnails.size() + COLUMNS - 1) / COLUMNS);
        int columns = Math.clamp(thumbnails.size(), 1, COLUMNS);
        int cellWidth = thumbnails.isEmpty() ? WIDTH : thumbnails.getFirst().getWidth();
        int cellHeight = thumbnails.isEmpty() ? 1 : thumbnails.getFirst().getHeight();
        BufferedImage sheet = new BufferedImage(columns * (cellWidth + GAP) - GAP, rows * (cellHeight + GAP) - GAP,
                BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < thumbnails.size(); i++) {
            sheet.getRaster().setRect(i % COLUMNS * (cellWidth + GAP), i / COLUMNS * (cellHeight + GAP),
                    thumbnails.get(i).getRaster());
        }
        try (OutputStream out = Files.newOutputStream(file);
                ImageOutputStream image = new MemoryCacheImageOutputStream(out)) {
            ImageIO.write(sheet, "png", image);
        }
    }
}
