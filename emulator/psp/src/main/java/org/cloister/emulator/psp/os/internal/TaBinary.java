// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The file of a trusted application as the secure processor loads it. Real ones are signed in a format that AMD does not
 * publish; here the code is a class of this emulator, and the file has the uuid by which it is found, authenticated with
 * a key that stands for the fuses.
 *
 * <pre>
 *    0  u8   magic[4]    "CTA1"
 *    4  u32  length      bytes of the body, little-endian
 *    8  u8   uuid[16]    most significant byte first
 *   24  u8   mac[32]     HMAC-SHA-256 of all else
 *   56  u8   body[length]
 * </pre>
 */
final class TaBinary {
    /** Bytes before the body. */
    static final int HEADER = 56;
    /** The most bytes of a file. */
    static final int MAX_SIZE = 1 << 20;

    private static final byte[] MAGIC = "CTA1".getBytes(StandardCharsets.US_ASCII);
    private static final int MAC = 24;
    private static final byte[] KEY = "the fuses of an emulated secure processor".getBytes(StandardCharsets.US_ASCII);

    private TaBinary() {}

    /** The file of an application. */
    static byte[] of(UUID uuid, String name) {
        byte[] body = name.getBytes(StandardCharsets.UTF_8);
        byte[] file = ByteBuffer.allocate(HEADER + body.length).order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC).putInt(body.length).order(ByteOrder.BIG_ENDIAN)
                .putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits())
                .position(HEADER).put(body).array();
        System.arraycopy(authenticate(file), 0, file, MAC, HEADER - MAC);
        return file;
    }

    /** The uuid in a file; empty when it is no such file, whole and unchanged. */
    static Optional<UUID> verify(byte[] file) {
        if (file.length < HEADER || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            return Optional.empty();
        }
        ByteBuffer header = ByteBuffer.wrap(file);
        int length = header.order(ByteOrder.LITTLE_ENDIAN).getInt(4);
        if (length != file.length - HEADER
                || !MessageDigest.isEqual(authenticate(file), Arrays.copyOfRange(file, MAC, HEADER))) {
            return Optional.empty();
        }
        header.order(ByteOrder.BIG_ENDIAN);
        return Optional.of(new UUID(header.getLong(8), header.getLong(16)));
    }

    private static byte[] authenticate(byte[] file) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
            mac.update(file, 0, MAC);
            mac.update(file, HEADER, file.length - HEADER);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }
}
