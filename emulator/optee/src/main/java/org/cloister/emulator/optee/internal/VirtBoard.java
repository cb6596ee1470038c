// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import java.util.function.Consumer;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.NodeBuilder;

/**
 * A board like QEMU's {@code virt} machine with OP-TEE, behind a TZC-400 firewall, with the devices that play video.
 *
 * <pre>
 *   0x0e10_0000 ── secure RAM, 15 MiB ── 0x0eff_ffff
 *   0x4000_0000 ── normal RAM, 1 GiB ────────────────────────────────────────────── 0x7fff_ffff
 *        0x4200_0000 shared with OP-TEE (2 MiB, SMC)     linux,cma (256 MiB, at boot, above 0x6000_0000)
 *                                                        0x5c00_0000 static area (64 MiB, where there is one)
 * </pre>
 *
 * <p>What the default build of OP-TEE says holds here too: the normal world is told how to lend memory for the first
 * use case only, may lend it for the second as well, and the third is unknown.
 */
abstract class VirtBoard implements Board {
    /** Where the static area is. */
    static final AddressRange STATIC_AREA = new AddressRange(0x5c00_0000L, 64L << 20);

    /** A TZC-400 has eight regions, and one keeps secure RAM. */
    static final int LENDABLE_RANGES = 7;

    private static final long MIB = 1 << 20;
    private static final long RAM = 0x4000_0000L;
    private static final AddressRange RESERVED = new AddressRange(0x4200_0000L, 2 * MIB);

    private final Board board;

    /**
     * Describes the board.
     *
     * @param reserve takes memory from the kernel that the firmware uses
     * @param optee adds what is special to the node of the firmware
     */
    VirtBoard(String name, String model, Consumer<BoardBuilder> reserve, Consumer<NodeBuilder> optee) {
        var builder = new BoardBuilder(name, model)
                .firewall("tzc-400").cpu(1)
                .ram(RAM, 1024 * MIB)
                .secureRam(0x0e10_0000L, 15 * MIB)
                .device("video-decoder", 0x0b00_0000L, 0x1000, 40, 2)
                .device("display", 0x0b01_0000L, 0x1000, 41, 3)
                .device("display-external", 0x0b02_0000L, 0x1000, 42, 4)
                .maliGpu(0x0b20_0000L, 60, 5, 10)
                .device("eth-dma", 0x0b04_0000L, 0x1000, 44, 6)
                .defaultContiguousArea(256 * MIB, new AddressRange(0x6000_0000L, 512 * MIB))
                .firmware(OpteeFirmware.MODEL, node -> optee.accept(common(node)));
        reserve.accept(builder);
        board = builder.build();
    }

    private static NodeBuilder common(NodeBuilder node) {
        return node.strings("method", "smc")
                .node("secure-video", use -> use.cells(OpteeBinding.USE_CASE, 1)
                        .strings(BoardProperties.GRANTS, "video-decoder:rw", "gpu-protected:rw", "display:r")
                        .longs(OpteeBinding.MINIMUM_SIZE, MIB).longs(OpteeBinding.ALIGNMENT, 4096))
                .node("trusted-ui", use -> use.cells(OpteeBinding.USE_CASE, 2)
                        .strings(BoardProperties.GRANTS, "gpu-protected:rw", "display:r"));
    }

    /** Takes the memory for messages of OP-TEE's own interface from the kernel. */
    static BoardBuilder reserveShared(BoardBuilder builder) {
        return builder.reserved("optee-shm@42000000", node -> node.reg(RESERVED).flag("no-map"));
    }

    /** Takes the static area from the kernel. */
    static BoardBuilder reserveStatic(BoardBuilder builder) {
        return builder.reserved("optee-static@5c000000", node -> node.reg(STATIC_AREA).flag("no-map"));
    }

    /** Makes the node one of OP-TEE's own interface. */
    static NodeBuilder smc(NodeBuilder node) {
        return node.strings("compatible", OpteeBinding.SMC)
                .longs(OpteeBinding.RESERVED, RESERVED.base(), RESERVED.size());
    }

    @Override
    public final String name() {
        return board.name();
    }

    @Override
    public final DeviceTree deviceTree() {
        return board.deviceTree();
    }
}
