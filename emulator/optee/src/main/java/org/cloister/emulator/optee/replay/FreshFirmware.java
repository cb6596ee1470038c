// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.cloister.emulator.optee.internal.OpteeBinding;
import org.cloister.emulator.optee.internal.SocMachine;
import org.cloister.emulator.optee.internal.TrustedFirmware;
import org.cloister.emulator.optee.ta.internal.BuiltIn;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.dt.NodeBuilder;

/**
 * Firmware that was just booted, on a board with the memory map of the machine on which the golden recordings were
 * made: QEMU's {@code virt} with 1 GiB of RAM. For one thread.
 */
final class FreshFirmware implements AutoCloseable {
    /** Where normal memory begins. */
    static final long RAM = 0x4000_0000L;
    /** Bytes of normal memory. */
    static final long RAM_SIZE = 1L << 30;

    private static final long SECURE_RAM = 0x0e10_0000L;
    private static final long SECURE_RAM_SIZE = 0x00f0_0000L;
    private static final long RESERVED = 0x4200_0000L;
    private static final long RESERVED_SIZE = 0x0020_0000L;
    private static final long STATIC_AREA = 0x5c00_0000L;
    private static final long STATIC_AREA_SIZE = 0x0400_0000L;
    private static final String NAME = "optee";

    private final PoweredSoc power;
    private final TrustedFirmware firmware;

    private FreshFirmware(PoweredSoc power, TrustedFirmware firmware) {
        this.power = power;
        this.firmware = firmware;
    }

    /** Boots. */
    static FreshFirmware boot(FirmwareModel model, boolean fragments) {
        var board = new BoardBuilder("replay", "a board to replay recordings on")
                .firewall("lab").cpu(0)
                .ram(RAM, RAM_SIZE)
                .secureRam(SECURE_RAM, SECURE_RAM_SIZE)
                .firmware(NAME, node -> describe(node, model, fragments))
                .build();
        List<TrustedFirmware> booted = new ArrayList<>(1);
        PoweredSoc power = new SocBuilder(board).firmware(NAME, world -> {
            OpteeBinding binding = OpteeBinding.read(world.soc(), NAME);
            var machine = new SocMachine(world, binding.rights(), Duration.ZERO);
            booted.add(new TrustedFirmware(machine, binding.config(), BuiltIn.store(machine)));
            return booted.getFirst()::close;
        }).boot();
        return new FreshFirmware(power, booted.getFirst());
    }

    private static void describe(NodeBuilder node, FirmwareModel model, boolean fragments) {
        boolean fixed = model == FirmwareModel.OPTEE_STATIC;
        node.strings("method", "smc").strings(OpteeBinding.PROTECTED_MEMORY, fixed ? "static" : "dynamic");
        if (fixed) {
            node.longs(OpteeBinding.STATIC_AREA, STATIC_AREA, STATIC_AREA_SIZE);
        }
        if (model == FirmwareModel.OPTEE_FFA) {
            node.strings("compatible", OpteeBinding.FFA);
        } else {
            node.strings("compatible", OpteeBinding.SMC).longs(OpteeBinding.RESERVED, RESERVED, RESERVED_SIZE);
        }
        if (fragments) {
            node.flag(OpteeBinding.FRAGMENTS);
        }
        // what OP-TEE's default platform hook answers: the first use case only, though it takes the second too
        node.node("secure-video", use -> use.cells(OpteeBinding.USE_CASE, 1)
                .longs(OpteeBinding.MINIMUM_SIZE, 1 << 20).longs(OpteeBinding.ALIGNMENT, 4096));
        node.node("trusted-ui", use -> use.cells(OpteeBinding.USE_CASE, 2));
    }

    /** How the normal world calls it. */
    SmcConduit conduit() {
        return firmware;
    }

    /** Memory as the processor of the normal world sees it. */
    PhysicalMemory memory() {
        return power.soc().memory(Initiator.CPU);
    }

    /** Lets an interrupt of the normal world come during the next call that can be interrupted. */
    void interrupt() {
        firmware.interrupt();
    }

    @Override
    public void close() {
        power.close();
    }
}
