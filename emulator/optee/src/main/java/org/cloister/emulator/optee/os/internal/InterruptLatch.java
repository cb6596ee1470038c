// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Interrupts of the normal world that are pending for a processor that is in the secure world. Each makes a yielding
 * call return once, to have it served. Safe for use by any thread.
 */
public final class InterruptLatch {
    private final AtomicInteger pending = new AtomicInteger();

    /** Raises an interrupt: the next yielding call, or one that runs, goes back to the normal world. */
    public void raise() {
        pending.incrementAndGet();
    }

    /** Takes an interrupt if one is pending. */
    boolean take() {
        int now = pending.get();
        while (now > 0) {
            if (pending.compareAndSet(now, now - 1)) {
                return true;
            }
            now = pending.get();
        }
        return false;
    }
}
