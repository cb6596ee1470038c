// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.backend.amdtee.ring.internal.PspRing;

/**
 * What the component and its pools share: the ring is closed when the last of them lets go. Safe for use by any thread.
 */
final class Driver {
    private final PspRing ring;
    private final Protector protector;
    private final Withheld withheld;
    private final Runnable onClosed;
    private final AtomicInteger users = new AtomicInteger(1);

    /** A driver with one user, whoever made it. */
    Driver(PspRing ring, Protector protector, Withheld withheld, Runnable onClosed) {
        this.ring = ring;
        this.protector = protector;
        this.withheld = withheld;
        this.onClosed = onClosed;
    }

    PspRing ring() {
        return ring;
    }

    Protector protector() {
        return protector;
    }

    Withheld withheld() {
        return withheld;
    }

    void retain() {
        users.incrementAndGet();
    }

    void release() {
        if (users.decrementAndGet() == 0) {
            ring.close();
            onClosed.run();
        }
    }
}
