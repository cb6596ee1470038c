// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.cloister.emulator.optee.TrustedApplication;

/**
 * The trusted applications that can be opened. An immutable map behind a volatile: safe for use by any thread, writers
 * are serialised by {@code this}.
 */
public final class TaStore {
    private volatile Map<UUID, TrustedApplication> applications = Map.of();

    /** Makes a store that is empty. */
    public TaStore() {
    }

    /**
     * Adds an application.
     *
     * @return false when there is one of that uuid already
     */
    public synchronized boolean add(TrustedApplication application) {
        Map<UUID, TrustedApplication> all = new LinkedHashMap<>(applications);
        boolean added = all.putIfAbsent(application.uuid(), application) == null;
        applications = all;
        return added;
    }

    /** Removes an application, if it is this one. */
    public synchronized boolean remove(TrustedApplication application) {
        Map<UUID, TrustedApplication> all = new LinkedHashMap<>(applications);
        boolean removed = all.remove(application.uuid(), application);
        applications = all;
        return removed;
    }

    /** The application of that uuid. */
    public Optional<TrustedApplication> find(UUID uuid) {
        return Optional.ofNullable(applications.get(uuid));
    }

    /** All of them, in the order in which they came. */
    public List<TrustedApplication> all() {
        return List.copyOf(applications.values());
    }
}
