// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import org.cloister.emulator.soc.Rights;
import org.cloister.platform.dt.AddressRange;

/**
 * Memory that the device tree describes, and who is granted what there at boot.
 *
 * @param name the name of its node
 * @param kind what it is
 * @param range where it is
 * @param rights who may do what
 */
record MemoryBank(String name, Kind kind, AddressRange range, Rights rights) {
    /** What a bank is. */
    enum Kind {
        /** RAM of the normal world. */
        NORMAL,
        /** RAM of the secure world. */
        SECURE,
        /** A part of either with rights of its own. */
        CARVE_OUT
    }
}
