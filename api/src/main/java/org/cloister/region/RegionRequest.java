// SPDX-License-Identifier: Apache-2.0
package org.cloister.region;

import java.util.Objects;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A device, a region, and rights.
 *
 * @param device the name of the initiator that the device is, such as {@code "gpu"}
 * @param address physical, of the first byte
 * @param size bytes
 * @param rights what the device may do
 */
@ProviderType
public record RegionRequest(String device, long address, long size, Access rights) {
    /**
     * Checks the components: {@link HeapException} with {@code INVALID_ARGUMENT} for a device without a name, a range
     * that is empty or goes beyond 63 bits, and rights that are none.
     */
    public RegionRequest {
        Objects.requireNonNull(rights, "rights");
        if (device.isBlank()) {
            throw wrong(device, "a device has a name", "name one as the device tree does");
        }
        if (address < 0 || size <= 0 || address > Long.MAX_VALUE - size) {
            throw wrong(device, "0x%x bytes at 0x%x are no range".formatted(size, address),
                    "give an address and a size greater than zero");
        }
        if (rights == Access.NONE) {
            throw wrong(device, "a device without rights has no use for memory", "give it the right to read or write");
        }
    }

    private static HeapException wrong(String device, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "protect memory for a device", "\"" + device + "\"", why,
                remedy);
    }

    @Override
    public String toString() {
        return "0x%x bytes at 0x%x for %s (%s)".formatted(size, address, device, rights);
    }
}
