// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds firmware images, sound ones and others: nothing that it is told is checked. For one thread. */
public final class ImageBuilder {
    public static final int RD = 1;
    public static final int WR = 1 << 1;
    public static final int EX = 1 << 2;
    public static final int CACHED = 1 << 3;
    public static final int PROT = 1 << 5;
    public static final int SHARED = 1 << 30;
    public static final int ZERO = 1 << 31;
    public static final int OPTIONAL = 1 << 31;
    public static final int UPDATE = 1 << 30;

    private static final int HEADER_BYTES = 20;

    private record Piece(int type, int flags, int[] words, String name, byte[] data) {}

    private final List<Piece> pieces = new ArrayList<>();

    /** An entry as it is, without data. */
    public ImageBuilder entry(int type, int flags, String name, int... words) {
        pieces.add(new Piece(type, flags, words, name, new byte[0]));
        return this;
    }

    /** A section with content, if any. */
    public ImageBuilder section(int flags, int vaStart, int vaEnd, String name, byte... data) {
        pieces.add(new Piece(0, 0, new int[] {flags, vaStart, vaEnd}, name, data));
        return this;
    }

    /** Something that refers to data by offset and length. */
    public ImageBuilder metadata(int type, String name, byte... data) {
        pieces.add(new Piece(type, OPTIONAL, new int[0], name, data));
        return this;
    }

    /** The section that every firmware has. */
    public ImageBuilder shared() {
        return section(RD | WR | SHARED | ZERO, 0x0400_0000, 0x0401_0000, "shared");
    }

    /** One of each: all types, and one that nobody knows. */
    public static ImageBuilder complete() {
        return new ImageBuilder()
                .section(RD | EX | CACHED, 0, 0x1_0000, "code", "code of the microcontroller".getBytes())
                .section(RD | WR | CACHED | ZERO, 0x0200_0000, 0x0204_0000, "", new byte[] {1, 2, 3})
                .section(RD | WR | CACHED | PROT, 0x0300_0000, 0x0304_0000, "protected")
                .shared()
                .entry(1, OPTIONAL | UPDATE, "Log verbosity", 0x41_131c, 0, 3)
                .entry(2, OPTIONAL, "", 7)
                .entry(3, OPTIONAL, "fwlog", 1, 0x41_0034, 0x41_0038, 0x41_003c, 0x41_0040, 0x41_1320, 17)
                .metadata(4, "timeline_header", new byte[] {9, 9, 9, 9})
                .metadata(6, "", "git_sha: 0123abcd\0".getBytes())
                .entry(9, OPTIONAL, "", 1, 2);
    }

    /** The image. */
    public byte[] build() {
        int size = HEADER_BYTES + pieces.stream().mapToInt(ImageBuilder::length).sum();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        ByteBuffer head = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(0xc3f13a6e).put((byte) 3).put((byte) 0).putShort((short) 0).putInt(0x0101_0000).putInt(0)
                .putInt(size);
        for (Piece piece : pieces) {
            int start = size + data.size();
            head.putInt(piece.type() | length(piece) << 8 | piece.flags());
            for (int word : piece.words()) {
                head.putInt(word);
            }
            if (hasRange(piece)) {
                head.putInt(start).putInt(piece.type() == 0 ? start + piece.data().length : piece.data().length);
            }
            head.put(name(piece));
            data.writeBytes(piece.data());
        }
        byte[] image = ByteBuffer.allocate(size + data.size()).put(head.array()).put(data.toByteArray()).array();
        return image;
    }

    private static boolean hasRange(Piece piece) {
        return piece.type() == 0 && piece.words().length == 3 || piece.words().length == 0;
    }

    private static byte[] name(Piece piece) {
        byte[] text = piece.name().getBytes(StandardCharsets.ISO_8859_1);
        return piece.name().isEmpty() ? text : Arrays.copyOf(text, (text.length + 4) / 4 * 4);
    }

    private static int length(Piece piece) {
        return 4 + 4 * piece.words().length + (hasRange(piece) ? 8 : 0) + name(piece).length;
    }
}
