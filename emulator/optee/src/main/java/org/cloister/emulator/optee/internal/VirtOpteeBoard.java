// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import org.cloister.emulator.soc.Board;
import org.osgi.service.component.annotations.Component;

/** A board with OP-TEE behind FF-A, to which memory is lent. */
@Component(service = Board.class, property = Board.NAME + "=" + VirtOpteeBoard.BOARD)
public final class VirtOpteeBoard extends VirtBoard {
    static final String BOARD = "virt-optee";

    /** Describes the board. */
    public VirtOpteeBoard() {
        super(BOARD, "Cloister virt board with OP-TEE behind FF-A", builder -> { }, node -> node
                .strings("compatible", OpteeBinding.FFA)
                .strings(OpteeBinding.PROTECTED_MEMORY, "dynamic")
                .cells(OpteeBinding.RANGES, LENDABLE_RANGES));
    }
}
