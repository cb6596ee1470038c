// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.cloister.backend.optee.abi.internal.CallTime;
import org.cloister.backend.optee.abi.internal.Pages;
import org.cloister.emulator.optee.internal.OpteeBinding;
import org.cloister.emulator.optee.internal.SocMachine;
import org.cloister.emulator.optee.internal.TrustedFirmware;
import org.cloister.emulator.optee.os.internal.TaStore;
import org.cloister.emulator.optee.ta.internal.BuiltIn;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.NodeBuilder;

/**
 * A board that is on, with emulated OP-TEE of some kind or none, behind a conduit that can be disturbed. Memory: normal
 * RAM of 256 MiB at 0x40000000, in it a contiguous area of 32 MiB.
 */
public final class TestBoard implements AutoCloseable {
    /** By which interface OP-TEE is there, and with what memory. */
    public enum Kind { FFA, SMC, STATIC, NONE }

    public static final long MIB = 1 << 20;
    public static final long RAM = 0x4000_0000L;
    public static final long STATIC_AREA = 0x4E00_0000L;
    /** More than a slow machine needs. */
    static final Duration PATIENCE = Duration.ofSeconds(50);
    private static final String MODEL = "optee";

    private final PoweredSoc power;
    private final DisturbedConduit conduit;
    private final AtomicInteger closed = new AtomicInteger();
    private final SteppedTime time = new SteppedTime();

    private TestBoard(PoweredSoc power, SmcConduit firmware) {
        this.power = power;
        this.conduit = new DisturbedConduit(firmware, power.soc().memory(Initiator.CPU));
    }

    public static TestBoard of(Kind kind) {
        return of(kind, node -> { });
    }

    /** A board with additions to the node of the firmware. */
    public static TestBoard of(Kind kind, Consumer<NodeBuilder> more) {
        var board = new BoardBuilder("test", "a board for tests")
                .firewall("tzc-400").cpu(1)
                .ram(RAM, 256 * MIB)
                .secureRam(0x0e10_0000L, 15 * MIB)
                .device("video-decoder", 0x0b00_0000L, 0x1000, 40, 2)
                .device("display", 0x0b01_0000L, 0x1000, 41, 3)
                .defaultContiguousArea(32 * MIB, new AddressRange(0x4800_0000L, 64 * MIB));
        List<TrustedFirmware> booted = new ArrayList<>(1);
        if (kind != Kind.NONE) {
            board.firmware(MODEL, node -> more.accept(describe(node, kind)));
        }
        PoweredSoc power = new SocBuilder(board.build()).firmware(MODEL, world -> {
            OpteeBinding binding = OpteeBinding.read(world.soc(), MODEL);
            var machine = new SocMachine(world, binding.rights(), PATIENCE);
            TaStore applications = BuiltIn.store(machine);
            applications.add(new TestApplication());
            booted.add(new TrustedFirmware(machine, binding.config(), applications));
            return booted.getFirst()::close;
        }).boot();
        return new TestBoard(power, booted.isEmpty() ? TestBoard::nobody : booted.getFirst());
    }

    private static void nobody(SmcRegisters registers) {
        throw new HeapException(HeapError.FIRMWARE_DEAD, "call firmware", "the board", "it has none", "add some");
    }

    private static NodeBuilder describe(NodeBuilder node, Kind kind) {
        node.strings("method", "smc");
        switch (kind) {
            case FFA -> node.strings("compatible", "arm,ffa").strings("cloister,protected-memory", "dynamic");
            case SMC -> node.strings("compatible", "linaro,optee-tz").strings("cloister,protected-memory", "dynamic")
                    .longs("cloister,reserved-shm", 0x4200_0000L, 0x20_0000L).cells("interrupts", 187);
            default -> node.strings("compatible", "linaro,optee-tz").strings("cloister,protected-memory", "static")
                    .longs("cloister,static-area", STATIC_AREA, 4 * MIB);
        }
        return node.node("secure-video", use -> use.cells("cloister,use-case-id", 1)
                        .strings("cloister,grants", "video-decoder:rw", "display:r")
                        .longs("cloister,minimum-size", MIB).longs("cloister,alignment", 4096))
                .node("trusted-ui", use -> use.cells("cloister,use-case-id", 2)
                        .strings("cloister,grants", "display:r")
                        .longs("cloister,minimum-size", MIB / 2).longs("cloister,alignment", 0x1_0000));
    }

    public DisturbedConduit conduit() {
        return conduit;
    }

    public Soc soc() {
        return power.soc();
    }

    public PhysicalMemory cpu() {
        return soc().memory(Initiator.CPU);
    }

    public ContiguousArea area() {
        return soc().contiguousAreas().getFirst();
    }

    /** Bytes of the area that are taken. */
    public long taken() {
        return area().size() - area().free();
    }

    public SteppedTime time() {
        return time;
    }

    /** How often a driver was closed. */
    public int closed() {
        return closed.get();
    }

    /** Looks for OP-TEE, as the component does. */
    Discovery look() {
        return look(soc().deviceTree(), PATIENCE);
    }

    /** Looks for OP-TEE with a driver of less or more patience. */
    Discovery look(Duration patience) {
        return look(soc().deviceTree(), patience);
    }

    /** Looks for OP-TEE by another tree. */
    Discovery look(DeviceTree tree, Duration patience) {
        return Discovery.look(new Discovery.Surroundings(conduit, new Pages(cpu(), area()), tree,
                Optional.of(soc().interrupts()), Runnable::run, CallTime.machine()), patience, closed::incrementAndGet);
    }

    @Override
    public void close() {
        power.close();
    }
}
