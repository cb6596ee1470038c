// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Optional;
import java.util.UUID;
import org.cloister.emulator.optee.TaCall;

/**
 * Who opened a session.
 *
 * @param login by which method (GlobalPlatform: {@code TEE_LOGIN_*})
 * @param uuid who, as far as the method says
 */
record ClientIdentity(int login, UUID uuid) {
    /** Nobody in particular. */
    static final int PUBLIC = 0;
    /** A user of the normal world. */
    static final int USER = 1;
    /** A group of the normal world. */
    static final int GROUP = 2;
    /** An application of the normal world. */
    static final int APPLICATION = 4;
    /** An application and a user. */
    static final int APPLICATION_USER = 5;
    /** An application and a group. */
    static final int APPLICATION_GROUP = 6;
    /** The kernel of the normal world. */
    static final int KERNEL = TaCall.LOGIN_KERNEL;
    /** Another trusted application. */
    static final int TRUSTED_APPLICATION = TaCall.LOGIN_TRUSTED_APPLICATION;

    private static final UUID NIL = new UUID(0, 0);

    /** A client of the normal world; empty for a method that it cannot have. */
    static Optional<ClientIdentity> normal(int login, UUID uuid) {
        return switch (login) {
            case PUBLIC, KERNEL -> Optional.of(new ClientIdentity(login, NIL));
            case USER, GROUP, APPLICATION, APPLICATION_USER, APPLICATION_GROUP ->
                    Optional.of(new ClientIdentity(login, uuid));
            default -> Optional.empty();
        };
    }

    /** Another trusted application. */
    static ClientIdentity application(UUID uuid) {
        return new ClientIdentity(TRUSTED_APPLICATION, uuid);
    }

    boolean isTrusted() {
        return login == TRUSTED_APPLICATION;
    }
}
