// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.osgi.service.component.annotations.Component;

/**
 * A board like TI's Jacinto: a K3 firewall, and a carve-out for protected video that boot firmware sets up for good, so
 * that no secure world is needed at run time. The CPU may only write it, the decoder reads and writes, the display
 * reads: three privilege ids, all that a K3 region has.
 *
 * <pre>
 *   0x8000_0000 ── normal RAM, 2 GiB ──────────────────────────────────────────────── 0xffff_ffff
 *        linux,cma (128 MiB, at boot)    0xb000_0000 secure-video (64 MiB)    0xd000_0000 video (128 MiB, CMA)
 * </pre>
 */
@Component(service = Board.class, property = Board.NAME + "=" + JacintoBoard.BOARD)
public final class JacintoBoard implements Board {
    static final String BOARD = "jacinto";

    private static final long MIB = 1 << 20;
    private static final long RAM = 0x8000_0000L;

    private final Board board = new BoardBuilder(BOARD, "Cloister Jacinto-like board")
            .firewall("k3").cpu(1)
            .ram(RAM, 2048 * MIB)
            .device("video-decoder", 0x430_0000L, 0x1000, 120, 2)
            .device("display", 0x440_0000L, 0x1000, 121, 3)
            .device("display-external", 0x441_0000L, 0x1000, 122, 4)
            .device("gpu", 0x450_0000L, 0x1000, 123, 5)
            .device("eth-dma", 0x460_0000L, 0x1000, 124, 6)
            .carveOut("secure-video", 0xb000_0000L, 64 * MIB, UseCase.SECURE_VIDEO,
                    "cpu:w", "video-decoder:rw", "display:r")
            .contiguousArea("video", 0xd000_0000L, 128 * MIB)
            .defaultContiguousArea(128 * MIB, new AddressRange(RAM, 512 * MIB))
            .build();

    @Override
    public String name() {
        return board.name();
    }

    @Override
    public DeviceTree deviceTree() {
        return board.deviceTree();
    }
}
