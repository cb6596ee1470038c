// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a device's address generator can do, whatever the firewall permits.
 *
 * @param addressBits width of its addresses, 1 to 64
 * @param alignment what the address of each range must be a multiple of, a power of two, in bytes
 * @param maxRanges how many ranges one picture or one piece of bitstream may consist of, at least 1
 * @param maxRangeLength how long each range may be, in bytes
 */
@ProviderType
public record DmaLimits(int addressBits, long alignment, int maxRanges, long maxRangeLength) {
    /** Checks the components. */
    public DmaLimits {
        if (addressBits < 1 || addressBits > Long.SIZE || Long.bitCount(alignment) != 1 || alignment < 1
                || maxRanges < 1 || maxRangeLength < 1) {
            throw new IllegalArgumentException("no limits of a device: %d address bits, alignment %d, %d ranges of %d"
                    .formatted(addressBits, alignment, maxRanges, maxRangeLength));
        }
    }

    /** Tells whether the address generator can follow a descriptor. */
    public boolean admit(List<MemoryRange> ranges) {
        return !ranges.isEmpty() && ranges.size() <= maxRanges && ranges.stream().allMatch(this::admits);
    }

    private boolean admits(MemoryRange range) {
        long last = range.address() + range.length() - 1;
        boolean inWidth = addressBits == Long.SIZE || last >>> addressBits == 0;
        return inWidth && (range.address() & alignment - 1) == 0 && range.length() <= maxRangeLength;
    }
}
