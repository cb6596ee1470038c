// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.layout.MtkCommand;
import org.osgi.service.component.annotations.Component;

/**
 * A board like MediaTek's MT8195 in a Chromebook: OP-TEE behind its own interface, built without protected memory, and
 * MediaTek's memory application in it. The firewall has eight ranges beside the background: one is taken by secure RAM,
 * one by the carve-out that the application manages for good, and six are left for memory that is handed over.
 *
 * <pre>
 *   0x2000_0000 ── secure RAM, 15 MiB ── 0x20ef_ffff
 *   0x4000_0000 ── normal RAM, 2 GiB ────────────────────────────────────────────────────────── 0xbfff_ffff
 *        0x4200_0000 shared with OP-TEE (2 MiB)    0x8000_0000 handed over (384 MiB, CMA)
 *        linux,cma (128 MiB, at boot)              0xa000_0000 the application's (128 MiB, protected at boot)
 * </pre>
 */
@Component(service = Board.class, property = Board.NAME + "=" + Mt8195Board.BOARD)
public final class Mt8195Board implements Board {
    static final String BOARD = "mt8195";

    private static final long MIB = 1 << 20;
    private static final long RAM = 0x4000_0000L;
    private static final AddressRange SHARED = new AddressRange(0x4200_0000L, 2 * MIB);
    private static final String[] GRANTS = {"video-decoder:rw", "gpu:rw", "display:r"};

    private final Board board = new BoardBuilder(BOARD, "Cloister MT8195-like board")
            .firewall("tzc-400").cpu(1)
            .ram(RAM, 2048 * MIB)
            .secureRam(0x2000_0000L, 15 * MIB)
            .device("video-decoder", 0x1800_0000L, 0x1000, 40, 2)
            .device("display", 0x1c00_0000L, 0x1000, 41, 3)
            .device("display-external", 0x1c10_0000L, 0x1000, 42, 4)
            .device("gpu", 0x1300_0000L, 0x1000, 43, 5)
            .device("eth-dma", 0x1102_0000L, 0x1000, 44, 6)
            .defaultContiguousArea(128 * MIB, new AddressRange(RAM, 1024 * MIB))
            .reserved("optee-shm@42000000", node -> node.reg(SHARED).flag("no-map"))
            .reserved("restricted-cma@80000000", node -> node
                    .strings("compatible", "mediatek,dynamic-restricted-region", "shared-dma-pool").flag("reusable")
                    .reg(new AddressRange(0x8000_0000L, 384 * MIB)))
            .reserved("restricted-cm@a0000000", node -> node
                    .strings("compatible", "mediatek,restricted-region").flag("no-map")
                    .reg(new AddressRange(0xa000_0000L, 128 * MIB))
                    .strings("cloister,trusted-application", MtkCommand.APPLICATION.toString())
                    .strings(BoardProperties.GRANTS, "secure:rw", GRANTS[0], GRANTS[1], GRANTS[2]))
            .firmware("optee", node -> node.strings("compatible", "linaro,optee-tz").strings("method", "smc")
                    .strings("cloister,protected-memory", "none")
                    .longs("cloister,reserved-shm", SHARED.base(), SHARED.size())
                    .node("secure-video", use -> use.cells(HeapProperties.USE_CASE_ID, 1)
                            .strings(BoardProperties.GRANTS, GRANTS)))
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
