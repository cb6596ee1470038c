// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.heap.UseCase;
import org.cloister.platform.device.MemoryEncryption;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.NodeBuilder;
import org.osgi.service.component.annotations.Component;

/**
 * A board that holds everything at once, behind a firewall without scarcity: carve-outs of all use cases of mainline
 * Linux, OP-TEE to which memory can be lent for the same use cases, MediaTek's memory application in it, AMD's secure
 * processor and memory encryption, secure RAM, all devices. Which of them serves a heap is for core to decide.
 *
 * <pre>
 *   0x0e10_0000 ── secure RAM, 15 MiB ── 0x0eff_ffff
 *   0x4000_0000 ── normal RAM, 3 GiB ───────────────────────────────────────────────── 0xffff_ffff
 *        0x4200_0000 shared with OP-TEE (2 MiB)         0xb000_0000 secure-video (128 MiB)
 *        linux,cma (256 MiB, at boot)                   0xb800_0000 trusted-ui (32 MiB)
 *                                                       0xba00_0000 keys (4 MiB)
 *        0xc000_0000 handed to MediaTek's application   0xbc00_0000 secure-video-record (64 MiB)
 *                    (128 MiB, CMA)                     0xd000_0000 video (256 MiB, CMA)
 *        0xc800_0000 the application's, protected at    0xe000_0000 encrypted video (64 MiB)
 *                    boot (64 MiB)                      0xe400_0000 encrypted UI (16 MiB)
 * </pre>
 *
 * <p>OP-TEE is behind its own interface, not FF-A, for only there can calls name memory by its address, as memory of
 * MediaTek's application has to be.
 */
@Component(service = Board.class, property = Board.NAME + "=" + LabBoard.BOARD)
public final class LabBoard implements Board {
    static final String BOARD = "lab";

    private static final long MIB = 1 << 20;
    private static final long RAM = 0x4000_0000L;
    private static final AddressRange SHARED = new AddressRange(0x4200_0000L, 2 * MIB);
    private static final AddressRange ENCRYPTED_VIDEO = new AddressRange(0xe000_0000L, 64 * MIB);
    private static final AddressRange ENCRYPTED_UI = new AddressRange(0xe400_0000L, 16 * MIB);
    private static final String[] VIDEO_GRANTS = {"video-decoder:rw", "gpu-protected:rw", "display:r"};
    private static final String[] UI_GRANTS = {"gpu-protected:rw", "display:r"};

    /** Keys that the crypto engine makes and uses; a use case of Cloister's own. */
    private static final UseCase KEYS = new UseCase(300, "keys");

    private final Board board = new BoardBuilder(BOARD, "Cloister laboratory board")
            .firewall("lab").cpu(1)
            .ram(RAM, 3072 * MIB)
            .secureRam(0xe10_0000L, 15 * MIB)
            .device("video-decoder", 0x1000_0000L, 0x1000, 40, 2)
            .device("display", 0x1001_0000L, 0x1000, 41, 3)
            .device("display-external", 0x1002_0000L, 0x1000, 42, 4)
            .maliGpu(0x1020_0000L, 60, 5, 12)
            .device("eth-dma", 0x1004_0000L, 0x1000, 44, 6)
            .device("video-encoder", 0x1005_0000L, 0x1000, 45, 7)
            .device("camera", 0x1006_0000L, 0x1000, 46, 8)
            .device("crypto", 0x1007_0000L, 0x1000, 47, 9)
            .device("copy-engine", 0x1008_0000L, 0x1000, 48, 10)
            .device("psp", 0x1009_0000L, 0x1000, 49, 11)
            .root(root -> root.node("soc", soc -> soc.node("psp@10090000", psp -> psp.flag(BoardProperties.SECURE))))
            .carveOut("secure-video", 0xb000_0000L, 128 * MIB, UseCase.SECURE_VIDEO,
                    "cpu:w", "secure:rw", "video-decoder:rw", "gpu-protected:rw", "display:r")
            .carveOut("trusted-ui", 0xb800_0000L, 32 * MIB, UseCase.TRUSTED_UI,
                    "secure:rw", "gpu-protected:rw", "display:r")
            .carveOut("secure-video-record", 0xbc00_0000L, 64 * MIB, UseCase.SECURE_VIDEO_RECORD,
                    "secure:rw", "camera:w", "video-encoder:rw")
            .carveOut("keys", 0xba00_0000L, 4 * MIB, KEYS, "crypto:rw")
            .reserved("restricted-cma@c0000000", node -> node.flag("reusable")
                    .strings("compatible", "mediatek,dynamic-restricted-region", "shared-dma-pool")
                    .reg(new AddressRange(0xc000_0000L, 128 * MIB)))
            .reserved("restricted-cm@c8000000", node -> node.flag("no-map")
                    .strings("compatible", "mediatek,restricted-region")
                    .reg(new AddressRange(0xc800_0000L, 64 * MIB))
                    .strings("cloister,trusted-application", "4477588a-8476-11e2-ad15-e41f1390d676")
                    .strings(BoardProperties.GRANTS, "secure:rw", "video-decoder:rw", "gpu-protected:rw", "display:r"))
            .reserved("optee-shm@42000000", node -> node.reg(SHARED).flag("no-map"))
            .reserved("encrypted-video@e0000000", node -> node.reg(ENCRYPTED_VIDEO).flag("no-map"))
            .reserved("encrypted-ui@e4000000", node -> node.reg(ENCRYPTED_UI).flag("no-map"))
            .contiguousArea("video", 0xd000_0000L, 256 * MIB)
            .defaultContiguousArea(256 * MIB, new AddressRange(RAM, 1024 * MIB))
            .firmware("optee", LabBoard::optee)
            .firmware("psp", LabBoard::secureProcessor)
            .firmware("memory-encryption", LabBoard::encryption)
            .build();

    /** OP-TEE, to which memory for protected video, trusted user interfaces and recordings can be lent. */
    private static void optee(NodeBuilder node) {
        node.strings("compatible", "linaro,optee-tz").strings("method", "smc")
                .longs("cloister,reserved-shm", SHARED.base(), SHARED.size())
                .strings("cloister,protected-memory", "dynamic").cells("cloister,protected-ranges", 64)
                .node("secure-video", use -> use.cells(HeapProperties.USE_CASE_ID, UseCase.SECURE_VIDEO.id())
                        .longs("cloister,minimum-size", MIB).longs("cloister,alignment", 4096)
                        .strings(BoardProperties.GRANTS, VIDEO_GRANTS))
                .node("trusted-ui", use -> use.cells(HeapProperties.USE_CASE_ID, UseCase.TRUSTED_UI.id())
                        .longs("cloister,minimum-size", MIB).longs("cloister,alignment", 4096)
                        .strings(BoardProperties.GRANTS, UI_GRANTS))
                .node("secure-video-record", use -> use
                        .cells(HeapProperties.USE_CASE_ID, UseCase.SECURE_VIDEO_RECORD.id())
                        .longs("cloister,minimum-size", MIB).longs("cloister,alignment", 4096)
                        .strings(BoardProperties.GRANTS, "camera:w", "video-encoder:rw"));
    }

    /** AMD's secure processor, which protects memory for the same. */
    private static void secureProcessor(NodeBuilder node) {
        node.strings("compatible", "cloister,psp")
                .node("secure-video", use -> use.cells(HeapProperties.USE_CASE_ID, UseCase.SECURE_VIDEO.id())
                        .strings(BoardProperties.GRANTS, VIDEO_GRANTS))
                .node("trusted-ui", use -> use.cells(HeapProperties.USE_CASE_ID, UseCase.TRUSTED_UI.id())
                        .strings(BoardProperties.GRANTS, UI_GRANTS));
    }

    /** Memory that only engines with the key read in clear text; its heaps have names of their own. */
    private static void encryption(NodeBuilder node) {
        node.strings("compatible", MemoryEncryption.COMPATIBLE)
                .strings("cloister,engines", "video-decoder", "gpu", "display")
                .strings("cloister,copy-engine", "copy-engine")
                .node("secure-video", area -> encrypted(area, ENCRYPTED_VIDEO, UseCase.SECURE_VIDEO))
                .node("trusted-ui", area -> encrypted(area, ENCRYPTED_UI, UseCase.TRUSTED_UI));
    }

    private static void encrypted(NodeBuilder area, AddressRange range, UseCase useCase) {
        area.longs(MemoryEncryption.MEMORY, range.base(), range.size())
                .strings(HeapProperties.USE_CASE, useCase.name())
                .strings(HeapProperties.HEAP_NAME, "encrypted," + useCase.name());
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
