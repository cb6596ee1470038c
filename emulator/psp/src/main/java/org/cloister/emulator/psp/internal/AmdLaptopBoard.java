// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.internal;

import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardProperties;
import org.osgi.service.component.annotations.Component;

/** A laptop with memory encryption and a secure processor whose trusted OS protects memory that is mapped to it. */
@Component(service = Board.class, property = Board.NAME + "=" + AmdLaptopBoard.BOARD)
public final class AmdLaptopBoard extends AmdLaptop {
    static final String BOARD = "amd-laptop";

    /** Describes the board. */
    public AmdLaptopBoard() {
        super(BOARD, "Cloister laptop with an AMD secure processor and memory encryption", builder -> builder
                .device("psp", 0xfdf0_0000L, 0x1000, 46, 8)
                .root(root -> root.node("soc", soc -> soc.node("psp@fdf00000",
                        psp -> psp.flag(BoardProperties.SECURE))))
                .firmware(PspFirmware.MODEL, node -> node.strings("compatible", PspBinding.COMPATIBLE)
                        .node("secure-video", use -> use.cells(PspBinding.USE_CASE, 1)
                                .strings(BoardProperties.GRANTS, "video-decoder:rw", "gpu:rw", "display:r"))
                        .node("trusted-ui", use -> use.cells(PspBinding.USE_CASE, 2)
                                .strings(BoardProperties.GRANTS, "gpu:rw", "display:r"))));
    }
}
