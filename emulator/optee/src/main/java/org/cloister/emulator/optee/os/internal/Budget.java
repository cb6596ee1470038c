// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes of something that the trusted OS has little of, such as its heap. Safe for use by any thread. */
public final class Budget {
    private final long capacity;
    private final AtomicLong used = new AtomicLong();

    /** Makes a budget of {@code capacity} bytes, none used. */
    public Budget(long capacity) {
        this.capacity = capacity;
    }

    /** Takes bytes; false, and none are taken, when there are not as many left. */
    public boolean take(long bytes) {
        while (true) {
            long now = used.get();
            if (bytes < 0 || bytes > capacity - now) {
                return false;
            }
            if (used.compareAndSet(now, now + bytes)) {
                return true;
            }
        }
    }

    /** Gives bytes back that were taken. */
    public void give(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Bytes in use. */
    public long used() {
        return used.get();
    }
}
