// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto.internal;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.cloister.driver.crypto.CryptoDriver;

/** What goes before a digest that is signed: EMSA-PKCS1-v1_5 (RFC 8017, 9.2) up to the digest. Stateless. */
final class SignaturePadding {
    /** DigestInfo of SHA-256, without the digest. */
    private static final byte[] DIGEST_INFO = HexFormat.of().parseHex("3031300d060960864801650304020105000420");

    /** Bytes of 0xff that there are at least. */
    private static final int LEAST_FILL = 8;
    /** The smallest modulus, in bytes, with which a digest can be signed. */
    static final int LEAST_MODULUS = 3 + LEAST_FILL + DIGEST_INFO.length + CryptoDriver.DIGEST_SIZE;

    private SignaturePadding() {}

    /**
     * For a modulus of that many bytes.
     *
     * @throws IllegalArgumentException when that is less than {@link #LEAST_MODULUS}
     */
    static byte[] forModulus(int size) {
        if (size < LEAST_MODULUS) {
            throw new IllegalArgumentException("a modulus of %d bytes is too short to sign a digest, which takes %d"
                    .formatted(size, LEAST_MODULUS));
        }
        ByteBuffer padding = ByteBuffer.allocate(size - CryptoDriver.DIGEST_SIZE);
        padding.put((byte) 0).put((byte) 1);
        while (padding.remaining() > DIGEST_INFO.length + 1) {
            padding.put((byte) 0xff);
        }
        return padding.put((byte) 0).put(DIGEST_INFO).array();
    }
}
