// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.internal;

import java.util.function.UnaryOperator;
import org.cloister.emulator.soc.Board;
import org.osgi.service.component.annotations.Component;

/** A laptop whose secure processor runs no trusted OS: there is memory encryption, and no TEE. */
@Component(service = Board.class, property = Board.NAME + "=" + AmdLaptopWithoutTeeBoard.BOARD)
public final class AmdLaptopWithoutTeeBoard extends AmdLaptop {
    static final String BOARD = "amd-laptop-no-tee";

    /** Describes the board. */
    public AmdLaptopWithoutTeeBoard() {
        super(BOARD, "Cloister laptop with memory encryption and no TEE", UnaryOperator.identity());
    }
}
