// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Builds boxes of ISO/IEC 14496-12 and what is in them. Stateless. */
final class Box {
    private static final int HEADER = 8;

    private Box() {}

    /** A box: its length, its type, its content. */
    static byte[] of(String type, byte[]... content) {
        byte[] inside = bytes(content);
        return bytes(u32(HEADER + inside.length), text(type), inside);
    }

    /** A box with a version and flags. */
    static byte[] full(String type, int version, int flags, byte[]... content) {
        return of(type, u32(version << 24 | flags), bytes(content));
    }

    /** One after the other. */
    static byte[] bytes(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    /** Four letters, or more. */
    static byte[] text(String letters) {
        return letters.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] u16(int value) {
        return ByteBuffer.allocate(Short.BYTES).putShort((short) value).array();
    }

    static byte[] u32(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    static byte[] u64(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    static byte[] zeros(int count) {
        return new byte[count];
    }
}
