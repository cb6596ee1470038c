// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import org.cloister.emulator.optee.os.internal.Machine;
import org.cloister.emulator.optee.os.internal.Pages;
import org.cloister.platform.conduit.SmcRegisters;

/**
 * A call of FFA_RXTX_MAP, as its rules see it.
 *
 * @param registers the call
 * @param buffers what is mapped now
 * @param machine tells normal memory
 */
record BufferMap(SmcRegisters registers, Buffers buffers, Machine machine) {
    long tx() {
        return registers.x(1);
    }

    long rx() {
        return registers.x(2);
    }

    long pages() {
        return registers.x(3);
    }

    long bytes() {
        return pages() * Pages.SIZE;
    }

    boolean isGood(long address) {
        return Pages.aligned(address) && machine.isNormalMemory(address, bytes());
    }

    boolean areApart() {
        return !Pages.overlap(tx(), bytes(), rx(), bytes());
    }
}
