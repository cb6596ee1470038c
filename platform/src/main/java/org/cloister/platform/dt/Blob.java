// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of a device tree, big-endian. Nobody writes to them after construction, so any thread may read. Offsets
 * are trusted: whoever calls has checked them; a wrong one hits the bounds of the array.
 */
final class Blob {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;

    /** Takes {@code bytes} over: the caller keeps no reference. */
    Blob(byte[] bytes) {
        this.bytes = bytes;
    }

    int size() {
        return bytes.length;
    }

    int word(int offset) {
        return (int) INT.get(bytes, offset);
    }

    long unsignedWord(int offset) {
        return Integer.toUnsignedLong(word(offset));
    }

    long doubleWord(int offset) {
        return (long) LONG.get(bytes, offset);
    }

    int unsignedByte(int offset) {
        return Byte.toUnsignedInt(bytes[offset]);
    }

    byte[] copy(int offset, int length) {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }

    String text(int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }

    /** The offset of the first NUL in {@code [offset, end)}, or {@code end} when there is none. */
    int terminator(int offset, int end) {
        int at = offset;
        while (at < end && bytes[at] != 0) {
            at++;
        }
        return at;
    }

    /** The ASCII name that starts at {@code offset} and ends before a NUL. */
    String name(int offset) {
        return new String(bytes, offset, terminator(offset, bytes.length) - offset, StandardCharsets.US_ASCII);
    }

    /** Tells whether the name that starts at {@code offset} and ends before a NUL is {@code name}. */
    boolean hasName(int offset, String name) {
        int length = name.length();
        if (length >= bytes.length - offset || bytes[offset + length] != 0) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[offset + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
