// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.NodeBuilder;
import org.osgi.service.component.annotations.Component;

/**
 * A board that holds everything at once, behind a firewall without scarcity: carve-outs of all use cases of mainline
 * Linux, OP-TEE to which memory can be lent for the same use cases, secure RAM, all devices. Which of them serves a heap
 * is for core to decide.
 *
 * <pre>
 *   0x0e10_0000 ── secure RAM, 15 MiB ── 0x0eff_ffff
 *   0x4000_0000 ── normal RAM, 3 GiB ───────────────────────────────────────────────── 0xffff_ffff
 *        linux,cma (256 MiB, at boot)   0xb000_0000 secure-video (128 MiB)   0xd000_0000 video (256 MiB, CMA)
 *                                       0xb800_0000 trusted-ui (32 MiB)
 *                                       0xbc00_0000 secure-video-record (64 MiB)
 *                                       0xc000_0000 handed to MediaTek's memory application (128 MiB, CMA)
 *                                       0xc800_0000 the application's, protected at boot (64 MiB)
 * </pre>
 */
@Component(service = Board.class, property = Board.NAME + "=" + LabBoard.BOARD)
public final class LabBoard implements Board {
    static final String BOARD = "lab";

    private static final long MIB = 1 << 20;
    private static final long RAM = 0x4000_0000L;

    private final Board board = new BoardBuilder(BOARD, "Cloister laboratory board")
            .firewall("lab").cpu(1)
            .ram(RAM, 3072 * MIB)
            .secureRam(0xe10_0000L, 15 * MIB)
            .device("video-decoder", 0x1000_0000L, 0x1000, 40, 2)
            .device("display", 0x1001_0000L, 0x1000, 41, 3)
            .device("display-external", 0x1002_0000L, 0x1000, 42, 4)
            .device("gpu", 0x1003_0000L, 0x1000, 43, 5)
            .device("eth-dma", 0x1004_0000L, 0x1000, 44, 6)
            .device("video-encoder", 0x1005_0000L, 0x1000, 45, 7)
            .device("camera", 0x1006_0000L, 0x1000, 46, 8)
            .device("crypto", 0x1007_0000L, 0x1000, 47, 9)
            .carveOut("secure-video", 0xb000_0000L, 128 * MIB, UseCase.SECURE_VIDEO,
                    "cpu:w", "secure:rw", "video-decoder:rw", "gpu:rw", "display:r")
            .carveOut("trusted-ui", 0xb800_0000L, 32 * MIB, UseCase.TRUSTED_UI,
                    "secure:rw", "gpu:rw", "display:r")
            .carveOut("secure-video-record", 0xbc00_0000L, 64 * MIB, UseCase.SECURE_VIDEO_RECORD,
                    "secure:rw", "camera:w", "video-encoder:rw")
            .reserved("restricted-cma@c0000000", node -> node.flag("reusable")
                    .strings("compatible", "mediatek,dynamic-restricted-region", "shared-dma-pool")
                    .reg(new AddressRange(0xc000_0000L, 128 * MIB)))
            .reserved("restricted-cm@c8000000", node -> node.flag("no-map")
                    .strings("compatible", "mediatek,restricted-region")
                    .reg(new AddressRange(0xc800_0000L, 64 * MIB))
                    .strings("cloister,trusted-application", "4477588a-8476-11e2-ad15-e41f1390d676")
                    .strings(BoardProperties.GRANTS, "secure:rw", "video-decoder:rw", "gpu:rw", "display:r"))
            .contiguousArea("video", 0xd000_0000L, 256 * MIB)
            .defaultContiguousArea(256 * MIB, new AddressRange(RAM, 1024 * MIB))
            .firmware("optee", LabBoard::optee)
            .build();

    /** OP-TEE behind FF-A, to which memory for protected video and trusted user interfaces can be lent. */
    private static void optee(NodeBuilder node) {
        node.strings("compatible", "arm,ffa").strings("method", "smc")
                .strings("cloister,protected-memory", "dynamic").cells("cloister,protected-ranges", 64)
                .node("secure-video", use -> use.cells(HeapProperties.USE_CASE_ID, UseCase.SECURE_VIDEO.id())
                        .longs("cloister,minimum-size", MIB).longs("cloister,alignment", 4096)
                        .strings(BoardProperties.GRANTS, "video-decoder:rw", "gpu:rw", "display:r"))
                .node("trusted-ui", use -> use.cells(HeapProperties.USE_CASE_ID, UseCase.TRUSTED_UI.id())
                        .longs("cloister,minimum-size", MIB).longs("cloister,alignment", 4096)
                        .strings(BoardProperties.GRANTS, "gpu:rw", "display:r"));
    }

    @Override
    public String name() {
        return board.name();
    }

    @Override
    public DeviceTree deviceTree() {
        return board.deviceTree();
    }
}
