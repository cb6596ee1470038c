// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.lang.foreign.MemorySegment;

/** What memory really holds, behind firewall and encryption. Whoever calls has been let through. */
interface Cells {
    /** Copies what is at {@code address} and after. */
    void load(long address, MemorySegment into);

    /** Replaces what is at {@code address} and after. */
    void store(long address, MemorySegment from);
}
