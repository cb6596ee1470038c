// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import org.cloister.emulator.soc.Board;
import org.osgi.service.component.annotations.Component;

/** A board with OP-TEE behind its own interface, to which memory is lent. */
@Component(service = Board.class, property = Board.NAME + "=" + VirtOpteeSmcBoard.BOARD)
public final class VirtOpteeSmcBoard extends VirtBoard {
    static final String BOARD = "virt-optee-smc";

    /** Describes the board. */
    public VirtOpteeSmcBoard() {
        super(BOARD, "Cloister virt board with OP-TEE", VirtBoard::reserveShared, node -> smc(node)
                .strings(OpteeBinding.PROTECTED_MEMORY, "dynamic")
                .cells(OpteeBinding.RANGES, LENDABLE_RANGES));
    }
}
