// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.util.HexFormat;

/**
 * The id of a content key (KID of ISO/IEC 23001-7).
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record KeyId(String hex) {
    /** Bytes of a key id. */
    public static final int LENGTH = 16;

    /** The id that consists of these bytes. */
    public static KeyId of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a key id has " + LENGTH + " bytes, not " + bytes.length);
        }
        return new KeyId(HexFormat.of().formatHex(bytes));
    }

    /** Its bytes. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
