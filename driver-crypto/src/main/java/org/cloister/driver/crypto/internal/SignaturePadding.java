// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto.internal;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.cloister.driver.crypto.CryptoDriver;

/** What goes before a digest that is signed: EMSA-PKCS1-v1_5 (RFC 8017, 9.2) up to the digest. Stateless. */
final class SignaturePadding {
    /** DigestInfo of SHA-256, without the digest. */
    private static final byte[] DIGEST_INFO = HexFormat.of().parseHex("3031300d060960864801650304020105000420");

    private SignaturePadding() {}

    /** For a modulus of that many bytes. */
    static byte[] forModulus(int size) {
        ByteBuffer padding = ByteBuffer.allocate(size - CryptoDriver.DIGEST_SIZE);
        padding.put((byte) 0).put((byte) 1);
        while (padding.remaining() > DIGEST_INFO.length + 1) {
            padding.put((byte) 0xff);
        }
        return padding.put((byte) 0).put(DIGEST_INFO).array();
    }
}
