// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The bytes of an image as little-endian numbers and text. Immutable. */
record Words(MemorySegment bytes) {
    private static final ValueLayout.OfInt WORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    long size() {
        return bytes.byteSize();
    }

    int octet(long at) {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, at));
    }

    int word(long at) {
        return bytes.get(WORD, at);
    }

    long unsigned(long at) {
        return Integer.toUnsignedLong(word(at));
    }

    /** Text from {@code at} to the first NUL, or to {@code end}; empty when that is not printable ASCII. */
    String text(long at, long end) {
        long stop = at;
        while (stop < end && octet(stop) != 0) {
            if (octet(stop) < ' ' || octet(stop) > '~') {
                return "";
            }
            stop++;
        }
        return new String(bytes.asSlice(at, stop - at).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }
}
