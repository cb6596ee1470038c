// SPDX-License-Identifier: Apache-2.0
package org.cloister.region;

import org.osgi.annotation.versioning.ConsumerType;

/** Memory that one device has alone, until it is closed. Safe for use by any thread. */
@ConsumerType
public interface ProtectedRegion extends AutoCloseable {
    /** {@return what was asked for} */
    RegionRequest request();

    /** {@return whether it is protected still} */
    boolean isProtected();

    /**
     * Gives the memory back to the normal world, all zeros. Does nothing when that was done before.
     *
     * @throws org.cloister.heap.HeapException and it is protected still: {@code BUSY} while somebody uses it,
     *     {@code UNAVAILABLE} while the firmware is away, after which it may be closed again; {@code FIRMWARE_DEAD} when
     *     the firmware has forgotten it, after which nobody ever gives it back
     */
    @Override
    void close();
}
