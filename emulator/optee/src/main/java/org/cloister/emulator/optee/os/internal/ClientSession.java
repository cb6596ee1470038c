// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.emulator.optee.TaSession;

/**
 * A session with a trusted application. All fields are guarded by the lock of {@link TaManager}, but for the
 * application's session, which whoever has the session to himself may use.
 */
final class ClientSession {
    private final int id;
    private final TaContext context;
    private final ClientIdentity client;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    /** The application's side; empty until it accepted the session, and once it was closed. */
    Optional<TaSession> session = Optional.empty();
    /** Who has the session to himself; empty when nobody has. */
    Optional<SecureThread> owner = Optional.empty();
    boolean closing;

    ClientSession(int id, TaContext context, ClientIdentity client) {
        this.id = id;
        this.context = context;
        this.client = client;
    }

    int id() {
        return id;
    }

    TaContext context() {
        return context;
    }

    ClientIdentity client() {
        return client;
    }

    AtomicBoolean cancelled() {
        return cancelled;
    }
}
