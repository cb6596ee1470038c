// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sessions of one client: the normal world, or an instance of a trusted application. Guarded by the lock of
 * {@link TaManager}.
 */
final class SessionList {
    private final List<ClientSession> sessions = new ArrayList<>();

    /** The number of the next session: one more than that of the youngest, and never zero or taken. */
    int nextId() {
        int id = sessions.isEmpty() ? 1 : sessions.getLast().id() + 1;
        while (id == 0 || find(id).isPresent()) {
            id++;
        }
        return id;
    }

    void add(ClientSession session) {
        sessions.add(session);
    }

    void remove(ClientSession session) {
        sessions.remove(session);
    }

    Optional<ClientSession> find(int id) {
        return sessions.stream().filter(session -> session.id() == id).findFirst();
    }

    /** The sessions now, oldest first. */
    List<ClientSession> all() {
        return List.copyOf(sessions);
    }
}
