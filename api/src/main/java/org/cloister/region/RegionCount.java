// SPDX-License-Identifier: Apache-2.0
package org.cloister.region;

import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How many ranges the hardware can protect for whoever answers.
 *
 * @param forHeaps that hold memory of heaps now
 * @param forDevices that hold memory of single devices now
 * @param left that can still be had
 */
@ProviderType
public record RegionCount(int forHeaps, int forDevices, int left) {
    /** Checks the components; a negative one throws {@link HeapException} with {@code INVALID_ARGUMENT}. */
    public RegionCount {
        if (forHeaps < 0 || forDevices < 0 || left < 0) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "count regions",
                    "%d for heaps, %d for devices, %d left".formatted(forHeaps, forDevices, left), "one is negative",
                    "give counts");
        }
    }

    /** {@return how many there are in all} */
    public int total() {
        return forHeaps + forDevices + left;
    }

    @Override
    public String toString() {
        return "%d of %d firewall regions are in use, %d for heaps and %d for single devices".formatted(
                forHeaps + forDevices, total(), forHeaps, forDevices);
    }
}
