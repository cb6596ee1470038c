// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.Locale;
import java.util.Map;
import org.cloister.driver.crypto.CryptoDriver;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.NodeBuilder;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.platform.mali.MaliGpu;

/**
 * The boards that are simulated: small ones, so that memory and firewall regions run out.
 *
 * <pre>
 *   0x0e10_0000 ── secure RAM, 15 MiB ── 0x0eff_ffff
 *   0x4000_0000 ── normal RAM, 256 MiB ─────────────────────────────────────────── 0x4fff_ffff
 *        0x4200_0000 shared with OP-TEE (2 MiB, SMC)     linux,cma (12 MiB, above 0x4800_0000)
 *        0x4c00_0000 handed to MediaTek (12 MiB, LAB)    0x4e00_0000 secure-video (2 MiB)
 *        0x4d00_0000 MediaTek's own (2 MiB, LAB)         0x4e80_0000 trusted-ui (1 MiB, LAB)
 *                                                        0x4e90_0000 keys (1 MiB)
 * </pre>
 */
enum BoardKind {
    /** OP-TEE behind FF-A, and a carve-out, behind a firewall of eight regions. */
    FFA("tzc-400"),
    /** OP-TEE behind its own interface, and a carve-out, behind a firewall of eight regions. */
    SMC("tzc-400"),
    /** OP-TEE behind FF-A, MediaTek's memory application in it, AMD's secure processor, and carve-outs. */
    LAB("lab");

    /** Bytes of the smallest range that firmware protects. */
    static final long CHUNK = 1 << 20;

    static final long MIB = 1 << 20;
    /** What MediaTek's application is handed; when nothing else fits it takes blocks of any size. */
    static final AddressRange HANDED_OVER = new AddressRange(0x4c00_0000L, 12 * MIB);
    private static final long RAM = 0x4000_0000L;
    private static final String[] VIDEO = {"video-decoder:rw", "gpu-protected:rw", "display:r"};
    private static final String[] UI = {"gpu-protected:rw", "display:r"};
    private static final String KEYS = "crypto";
    private static final long GPU = 0x0b20_0000L;
    private static final int GPU_LINES = 60;
    /** Which device of the normal world writes memory of a use case. */
    static final Map<UseCase, String> WRITERS =
            Map.of(UseCase.SECURE_VIDEO, "video-decoder", UseCase.TRUSTED_UI, "gpu-protected", CryptoDriver.KEYS, KEYS);

    private final String firewall;

    BoardKind(String firewall) {
        this.firewall = firewall;
    }

    /** Another kind for each seed, in turn. */
    static BoardKind of(long seed) {
        return values()[(int) Long.remainderUnsigned(seed, values().length)];
    }

    /** The GPU of all boards. */
    static MaliGpu gpu() {
        return new MaliGpu("/soc/gpu@" + Long.toHexString(GPU), GPU, GPU_LINES, GPU_LINES + 1, GPU_LINES + 2, "gpu",
                "gpu-protected");
    }

    Board board() {
        var board = new BoardBuilder("simulated-" + name().toLowerCase(Locale.ROOT), "a simulated board")
                .firewall(firewall).cpu(1)
                .ram(RAM, 256 * MIB)
                .secureRam(0x0e10_0000L, 15 * MIB)
                .device("video-decoder", 0x0b00_0000L, 0x1000, 40, 2)
                .device("display", 0x0b01_0000L, 0x1000, 41, 3)
                .maliGpu(GPU, GPU_LINES, 4, 8)
                .device("eth-dma", 0x0b03_0000L, 0x1000, 43, 5)
                .device(KEYS, 0x0b05_0000L, 0x1000, 45, 7)
                .carveOut("keys", 0x4e90_0000L, MIB, CryptoDriver.KEYS, "secure:rw", KEYS + ":rw")
                .carveOut("secure-video", 0x4e00_0000L, 2 * MIB, UseCase.SECURE_VIDEO,
                        "cpu:w", "secure:rw", VIDEO[0], VIDEO[1], VIDEO[2])
                .defaultContiguousArea(12 * MIB, new AddressRange(0x4800_0000L, 32 * MIB))
                .firmware("optee", this::optee);
        switch (this) {
            case FFA -> { }
            case SMC -> board.reserved("optee-shm@42000000", node -> node.flag("no-map")
                    .reg(new AddressRange(0x4200_0000L, 2 * MIB)));
            case LAB -> lab(board);
        }
        return board.build();
    }

    private static void lab(BoardBuilder board) {
        board.carveOut("trusted-ui", 0x4e80_0000L, MIB, UseCase.TRUSTED_UI, "secure:rw", UI[0], UI[1])
                .reserved("restricted-cma@4c000000", node -> node.flag("reusable")
                        .strings("compatible", "mediatek,dynamic-restricted-region", "shared-dma-pool")
                        .reg(HANDED_OVER))
                .reserved("restricted-cm@4d000000", node -> node.flag("no-map")
                        .strings("compatible", "mediatek,restricted-region")
                        .reg(new AddressRange(0x4d00_0000L, 2 * MIB))
                        .strings("cloister,trusted-application", MtkCommand.APPLICATION.toString())
                        .strings(BoardProperties.GRANTS, "secure:rw", VIDEO[0], VIDEO[1], VIDEO[2]))
                .device("psp", 0x0b04_0000L, 0x1000, 44, 6)
                .root(root -> root.node("soc", soc -> soc.node("psp@b040000", psp -> psp.flag(BoardProperties.SECURE))))
                .firmware("psp", node -> useCases(node.strings("compatible", "cloister,psp")));
    }

    private void optee(NodeBuilder node) {
        useCases(node.strings("method", "smc").strings("cloister,protected-memory", "dynamic"));
        node.node("keys", use -> use.cells(HeapProperties.USE_CASE_ID, CryptoDriver.KEYS.id())
                .strings(BoardProperties.GRANTS, KEYS + ":rw")
                .longs("cloister,minimum-size", CHUNK).longs("cloister,alignment", 4096));
        if (this == SMC) {
            node.strings("compatible", "linaro,optee-tz").cells("interrupts", 187)
                    .longs("cloister,reserved-shm", 0x4200_0000L, 2 * MIB);
        } else {
            node.strings("compatible", "arm,ffa");
        }
    }

    private static void useCases(NodeBuilder node) {
        node.node("secure-video", use -> use.cells(HeapProperties.USE_CASE_ID, UseCase.SECURE_VIDEO.id())
                        .strings(BoardProperties.GRANTS, VIDEO)
                        .longs("cloister,minimum-size", CHUNK).longs("cloister,alignment", 4096))
                .node("trusted-ui", use -> use.cells(HeapProperties.USE_CASE_ID, UseCase.TRUSTED_UI.id())
                        .strings(BoardProperties.GRANTS, UI)
                        .longs("cloister,minimum-size", CHUNK).longs("cloister,alignment", 4096));
    }
}
