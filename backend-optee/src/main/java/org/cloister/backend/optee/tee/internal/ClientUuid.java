// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.cloister.tee.Login;

/**
 * As whom a client is known to trusted applications: a uuid of version 5, in the name space that Linux has for that.
 * Stateless.
 */
final class ClientUuid {
    private static final UUID NAMESPACE = UUID.fromString("58ac9ca0-2086-4683-a1b8-ec4bc08e01b6");
    private static final UUID NOBODY = new UUID(0, 0);

    private ClientUuid() {}

    /** The uuid of a client. */
    static UUID of(Login login) {
        return switch (login) {
            case Login.Public nobody -> NOBODY;
            case Login.User user -> named("uid=" + Integer.toHexString(user.id()));
            case Login.Group group -> named("gid=" + Integer.toHexString(group.id()));
        };
    }

    /** RFC 4122, 4.3: SHA-1 of name space and name, of which version and variant are set. */
    private static UUID named(String name) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
        digest.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(NAMESPACE.getMostSignificantBits())
                .putLong(NAMESPACE.getLeastSignificantBits()).flip());
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.US_ASCII)));
        long high = hash.getLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x5000L;
        long low = hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL | 1L << 63;
        return new UUID(high, low);
    }
}
