// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.internal;

import java.util.function.UnaryOperator;
import org.cloister.emulator.psp.encryption.internal.EncryptionBinding;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.platform.device.MemoryEncryption;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.HeapProperties;

/**
 * A board like a laptop with an AMD processor: memory that the graphics engines encrypt (TMZ).
 *
 * <pre>
 *   0x4000_0000 ── normal RAM, 2 GiB ──────────────────────────────────────────────── 0xbfff_ffff
 *        linux,cma (256 MiB, at boot)    0xa000_0000 encrypted video (64 MiB)    0xa400_0000 encrypted UI (16 MiB)
 * </pre>
 *
 * <p>The decoder, the GPU and the internal display are secure engines; the connector to the outside, which may lead to
 * anywhere, and the network are not.
 */
abstract class AmdLaptop implements Board {
    private static final long MIB = 1 << 20;
    private static final long RAM = 0x4000_0000L;
    private static final AddressRange VIDEO = new AddressRange(0xa000_0000L, 64 * MIB);
    private static final AddressRange UI = new AddressRange(0xa400_0000L, 16 * MIB);

    private final Board board;

    /**
     * Describes the board.
     *
     * @param more adds what else there is
     */
    AmdLaptop(String name, String model, UnaryOperator<BoardBuilder> more) {
        BoardBuilder builder = new BoardBuilder(name, model)
                .firewall("lab")
                .root(root -> root.node("cpus", cpus -> cpus.cells("#address-cells", 1).cells("#size-cells", 0)
                        .cells(BoardProperties.INITIATOR_ID, 1)
                        .node("cpu@0", cpu -> cpu.strings("device_type", "cpu").strings("compatible", "cloister,x86-64")
                                .cells("reg", 0))))
                .ram(RAM, 2048 * MIB)
                .device("video-decoder", 0xfd00_0000L, 0x1000, 40, 2)
                .device("display", 0xfd01_0000L, 0x1000, 41, 3)
                .device("display-external", 0xfd02_0000L, 0x1000, 42, 4)
                .device("gpu", 0xfd03_0000L, 0x1000, 43, 5)
                .device("eth-dma", 0xfd04_0000L, 0x1000, 44, 6)
                .device("copy-engine", 0xfd05_0000L, 0x1000, 45, 7)
                .reserved("encrypted-video@a0000000", node -> node.reg(VIDEO).flag("no-map"))
                .reserved("encrypted-ui@a4000000", node -> node.reg(UI).flag("no-map"))
                .defaultContiguousArea(256 * MIB, new AddressRange(RAM, 1024 * MIB))
                .firmware(EncryptionFirmware.MODEL, node -> node
                        .strings("compatible", MemoryEncryption.COMPATIBLE)
                        .strings(EncryptionBinding.ENGINES, "video-decoder", "gpu", "display")
                        .strings(EncryptionBinding.COPY_ENGINE, "copy-engine")
                        .node("secure-video", area -> area
                                .longs(MemoryEncryption.MEMORY, VIDEO.base(), VIDEO.size())
                                .strings(HeapProperties.USE_CASE, "secure-video")
                                .strings(HeapProperties.HEAP_NAME, "encrypted,secure-video"))
                        .node("trusted-ui", area -> area
                                .longs(MemoryEncryption.MEMORY, UI.base(), UI.size())
                                .strings(HeapProperties.USE_CASE, "trusted-ui")
                                .strings(HeapProperties.HEAP_NAME, "encrypted,trusted-ui")));
        board = more.apply(builder).build();
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
