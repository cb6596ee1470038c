// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The picture of a dialogue, in memory of the secure world until it is {@linkplain #erase erased}. For one thread. */
final class DialoguePicture {
    private static final int PAPER = 0xf4efe0;
    private static final int INK = 0x1d2b3a;
    private static final int FRAME = 0x2e7d4f;
    private static final int CODE = 0xa02020;
    private static final int LINES = 14; // what the smaller side is divided into
    private static final ValueLayout.OfInt PIXEL = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int width;
    private final int height;
    private final byte[] pixels;
    private final MemorySegment memory;

    DialoguePicture(int width, int height) {
        this.width = width;
        this.height = height;
        this.pixels = new byte[Integer.BYTES * width * height];
        this.memory = MemorySegment.ofArray(pixels);
    }

    /** Draws the message and the code. */
    void draw(String message, String code) {
        int unit = Math.max(1, height / (LINES * DotFont.HEIGHT + LINES));
        int margin = 3 * DotFont.HEIGHT * unit / 2;
        fill(0, 0, width, height, FRAME);
        fill(unit * 2, unit * 2, width - unit * 4, height - unit * 4, PAPER);
        int line = (DotFont.HEIGHT + 3) * unit;
        int y = margin;
        write(margin, y, unit, FRAME, "SECURE WORLD");
        y += 2 * line;
        for (String text : wrap(message, Math.max(1, (width - 2 * margin) / (DotFont.ADVANCE * unit)))) {
            write(margin, y, unit, INK, text);
            y += line;
        }
        write(margin, height - margin - 2 * DotFont.HEIGHT * unit, 2 * unit, CODE, code);
    }

    private static List<String> wrap(String message, int columns) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : message.strip().split("\\s+")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > columns) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private void write(int x, int y, int unit, int colour, String text) {
        for (int i = 0; i < text.length(); i++) {
            for (int row = 0; row < DotFont.HEIGHT; row++) {
                for (int column = 0; column < DotFont.ADVANCE; column++) {
                    if (DotFont.dot(text.charAt(i), column, row)) {
                        fill(x + (i * DotFont.ADVANCE + column) * unit, y + row * unit, unit, unit, colour);
                    }
                }
            }
        }
    }

    /** What leaves the picture is cut off. */
    private void fill(int left, int top, int w, int h, int colour) {
        for (int y = Math.max(0, top); y < Math.min(height, top + h); y++) {
            for (int x = Math.max(0, left); x < Math.min(width, left + w); x++) {
                memory.set(PIXEL, (long) Integer.BYTES * (y * width + x), colour);
            }
        }
    }

    /** The bytes of the picture, as a display fetches them. */
    byte[] bytes() {
        return pixels;
    }

    void erase() {
        Arrays.fill(pixels, (byte) 0);
    }
}
