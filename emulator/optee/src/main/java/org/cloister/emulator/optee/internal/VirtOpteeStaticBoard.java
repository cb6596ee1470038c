// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import org.cloister.emulator.soc.Board;
import org.osgi.service.component.annotations.Component;

/** A board with OP-TEE behind its own interface, which has memory of its own that is protected since boot. */
@Component(service = Board.class, property = Board.NAME + "=" + VirtOpteeStaticBoard.BOARD)
public final class VirtOpteeStaticBoard extends VirtBoard {
    static final String BOARD = "virt-optee-static";

    /** Describes the board. */
    public VirtOpteeStaticBoard() {
        super(BOARD, "Cloister virt board with OP-TEE and static protected memory",
                builder -> reserveStatic(reserveShared(builder)), node -> smc(node)
                .strings(OpteeBinding.PROTECTED_MEMORY, "static")
                .longs(OpteeBinding.STATIC_AREA, STATIC_AREA.base(), STATIC_AREA.size()));
    }
}
