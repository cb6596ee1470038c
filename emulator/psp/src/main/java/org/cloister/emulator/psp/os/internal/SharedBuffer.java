// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.util.List;
import org.cloister.platform.dt.AddressRange;

/**
 * Pieces of memory that the normal world has mapped as one buffer.
 *
 * @param pieces in the order of the buffer
 * @param size bytes of all together
 */
record SharedBuffer(List<AddressRange> pieces, long size) {
    SharedBuffer {
        pieces = List.copyOf(pieces);
    }
}
