// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ConsumerType;

/** Looks at memory that goes back to a contiguous area of the normal world. */
@ConsumerType
@FunctionalInterface
public interface ReleaseWatcher {
    /**
     * A range goes back, and nobody can take it again before this returns. Called on the thread that gives it back, by
     * any number of threads at a time; must not throw, and must not use the area.
     *
     * @param address the physical address of the first byte
     * @param size bytes, whole pages
     */
    void releasing(long address, long size);
}
