// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Memory for requests that threads keep from one call to the next, once the normal world allowed it.
 *
 * <p>Safe for use by any thread: {@code this} guards all.
 */
final class RpcCache {
    private final Map<Integer, Hold> kept = new HashMap<>();
    private boolean enabled;

    synchronized void enable() {
        enabled = true;
    }

    /**
     * Takes what one thread keeps out of the cache, for the normal world to free; once nothing is kept any more the
     * cache is disabled.
     */
    synchronized Optional<Hold> disable() {
        if (kept.isEmpty()) {
            enabled = false;
            return Optional.empty();
        }
        int thread = kept.keySet().iterator().next();
        return Optional.of(kept.remove(thread));
    }

    synchronized Optional<Hold> take(int thread) {
        return Optional.ofNullable(kept.remove(thread));
    }

    /** Keeps memory for a thread; false when that is not allowed. */
    synchronized boolean keep(int thread, Hold room) {
        if (enabled) {
            kept.put(thread, room);
        }
        return enabled;
    }

    synchronized String describe() {
        return "cache %s %s".formatted(enabled, kept.keySet());
    }
}
