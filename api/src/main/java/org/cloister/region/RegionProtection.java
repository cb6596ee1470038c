// SPDX-License-Identifier: Apache-2.0
package org.cloister.region;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Takes memory of the normal world and gives it to one device alone.
 *
 * <p>A bundle-scoped service of a backend whose firmware can do that; it is there while the backend is. A region belongs
 * to the bundle that asked for it: what the bundle leaves behind when it stops, or when it lets go of the service, is
 * given back.
 *
 * <p>Safe for use by any thread.
 */
@ConsumerType
public interface RegionProtection {
    /** Service property: the id of the backend whose firmware protects, a {@link String}. */
    String BACKEND = "region.backend";

    /**
     * Asks how many ranges the hardware can protect.
     *
     * @return how many there are now; others may take some at any time
     * @throws org.cloister.heap.HeapException {@code UNAVAILABLE}, {@code NOT_SUPPORTED}, and what the firmware says
     */
    RegionCount regions();

    /**
     * Protects memory. When this returns, no access of anybody else is in flight, and all that begins faults: that of
     * the CPU too. What was in the memory is there for the device.
     *
     * @param request whom to give which memory. The caller has taken the memory from the normal world's, and releases it
     *     only when it was given back
     * @return the region, to be closed by the caller
     * @throws org.cloister.heap.HeapException and nothing has changed:
     *     <ul>
     *       <li>{@code NO_REGION}: the hardware can protect no more; the reason says how many regions there are, and
     *           what for
     *       <li>{@code INVALID_ARGUMENT}: there is no such device, the memory is not made of pages of the normal
     *           world's, or some of it is protected already
     *       <li>{@code NOT_SUPPORTED}: the hardware cannot express the rights, or the firmware knows no such request
     *       <li>{@code BUSY}: somebody uses the memory
     *       <li>{@code UNAVAILABLE}, {@code FIRMWARE_REFUSED}: the firmware is not there, or says no
     *       <li>{@code CLOSED}: the bundle that obtained this object has stopped
     *     </ul>
     *     and with {@code FIRMWARE_DEAD}, {@code TIMED_OUT} and {@code PROTOCOL} nobody knows: the memory is not to be
     *     used any more
     */
    ProtectedRegion protect(RegionRequest request);
}
