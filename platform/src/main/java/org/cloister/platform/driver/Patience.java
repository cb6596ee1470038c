// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.driver;

import java.time.Duration;
import java.util.Objects;
import org.cloister.heap.Fence;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * How long a driver waits for others, and by which clock: the one place where drivers wait for time to pass, so that a
 * simulation can have them wait by a clock of its own. Safe for use by any thread.
 */
@ConsumerType
public interface Patience {
    /** How long core may take to map a buffer: what drivers hand to core when they map. */
    Duration limit();

    /**
     * Waits until a fence is signalled, with success or an error.
     *
     * @return whether it is; false when patience is at its end
     * @throws org.cloister.heap.HeapException {@code INTERRUPTED}
     */
    boolean await(Fence fence);

    /**
     * By the machine's clock.
     *
     * @param limit the longest wait
     */
    static Patience of(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        return new Patience() {
            @Override
            public Duration limit() {
                return limit;
            }

            @Override
            public boolean await(Fence fence) {
                return fence.await(limit.toNanos()) > 0;
            }
        };
    }
}
