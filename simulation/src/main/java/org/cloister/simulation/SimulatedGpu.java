// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.cloister.driver.panthor.internal.GpuWiring;
import org.cloister.driver.panthor.internal.Timer;
import org.cloister.emulator.devices.GpuBench.Point;
import org.cloister.emulator.devices.Panel.Clip;
import org.cloister.emulator.devices.gpu.internal.EmulatedFirmware;
import org.cloister.emulator.devices.gpu.internal.GpuModel;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.driver.Patience;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.MaliGpu;

/**
 * The emulated GPU, on the threads of a simulation, with all that its driver needs. Each of its accesses is looked at: in
 * restricted memory it does nothing but in protected mode and where its driver has a mapping, and in normal memory nothing
 * but where its driver has taken some. Its clock stands still now and then, and the bus fails it now and then.
 */
final class SimulatedGpu {
    private static final int STALLS = 3;
    private static final int LATE_MILLIS = 1500;
    /** Longer than its driver has patience. */
    private static final int LATEST_MILLIS = 6000;
    private static final int SLOWEST_MILLIS = 10;
    /** After one in so many accesses of many bytes others run. */
    private static final int AT_A_TIME = 4;
    /** One in so many accesses is one that the bus may fail. */
    private static final int FRAIL = 64;

    private final World world;
    private final Soc soc;
    private final Mappings mappings;
    private final Faults faults;
    private final SplittableRandom random;
    private final MaliGpu wiring;
    private final TreeMap<Long, Long> taken = new TreeMap<>(); // by the driver: address to size
    private final GpuModel model;
    private final GpuWiring forDriver;

    SimulatedGpu(World world, ContiguousArea area, Mappings mappings, Faults faults, SplittableRandom random) {
        this.world = world;
        this.soc = world.machine().soc();
        this.mappings = mappings;
        this.faults = faults;
        this.random = random;
        wiring = BoardKind.gpu();
        model = new GpuModel(wiring, watched(wiring.initiator()), watched(wiring.protectedInitiator()), soc.interrupts()::raise,
                body -> world.scheduler().unstarted("gpu", body));
        soc.attach(wiring.initiator(), wiring.registers(), GpuRegister.SIZE,
                Rights.of(Map.of(soc.initiator(Initiator.CPU), Access.READ_WRITE)), model);
        forDriver = new GpuWiring(wiring, soc.memory(Initiator.CPU), soc.interrupts(),
                world.hooks().gpuArea(counted(area)),
                new EmulatedFirmware());
    }

    /** What a driver is given. */
    GpuWiring wiring() {
        return forDriver;
    }

    /** Whether the driver has nothing any more of what it took from the normal world. */
    boolean isAllGivenBack() {
        return taken.isEmpty();
    }

    private PhysicalMemory watched(String initiator) {
        var accesses = new int[1];
        var transfers = new int[1];
        return new WatchedMemory(soc.memory(initiator), (address, length, access) -> {
            look(initiator, address, length);
            if (++accesses[0] % FRAIL == 0 && faults.strike("gpu bus")) {
                throw new BusFault(soc.initiator(initiator), address, length, access, "nothing", "the bus is broken, it says");
            }
        }, () -> {
            if (++transfers[0] % AT_A_TIME == 0) {
                pass();
            }
        });
    }

    /** Others run meanwhile, and now and then it takes its time, too. */
    private void pass() {
        if (random.nextInt(AT_A_TIME) == 0) {
            world.scheduler().pause(Duration.ofMillis(1 + random.nextInt(SLOWEST_MILLIS)).toNanos());
        } else {
            world.scheduler().yield();
        }
    }

    private void look(String initiator, long address, long length) {
        if (soc.isRestricted(soc.initiator(initiator), address, length)) {
            mappings.touched(initiator, address, length);
            if ((model.read(GpuRegister.GPU_STATUS) & GpuRegister.PROTM_ACTIVE) == 0) {
                world.found(new Violation(1, "the GPU is not in protected mode, and uses 0x%x".formatted(address)));
            }
            return;
        }
        Map.Entry<Long, Long> piece = taken.floorEntry(address);
        if (piece == null || !new Range(piece.getKey(), piece.getValue()).contains(new Range(address, length))) {
            world.found(new Violation(5, "the %s uses 0x%x, which its driver has given back".formatted(initiator, address)));
        }
    }

    private ContiguousArea counted(ContiguousArea area) {
        return new ContiguousArea() {
            @Override
            public String name() {
                return area.name();
            }

            @Override
            public boolean isDefault() {
                return area.isDefault();
            }

            @Override
            public long base() {
                return area.base();
            }

            @Override
            public long size() {
                return area.size();
            }

            @Override
            public long free() {
                return area.free();
            }

            @Override
            public long allocate(long size, long alignment) {
                long address = area.allocate(size, alignment);
                taken.put(address, size + Block.PAGE - 1 & -Block.PAGE);
                return address;
            }

            @Override
            public void release(long address) {
                taken.remove(address);
                area.release(address);
            }
        };
    }

    /** Now and then its clock stands still for a while, from now on or from a point on that it comes to. */
    void hold() {
        if (!faults.areThere()) {
            return;
        }
        int way = random.nextInt(1 + STALLS);
        int latest = random.nextInt(4) == 0 ? LATEST_MILLIS : LATE_MILLIS;
        Clip clip = way == STALLS ? model.stall() : model.stallAt(Point.values()[way], () -> { });
        world.scheduler().after(Duration.ofMillis(1 + random.nextInt(latest)).toNanos(),
                () -> world.scheduler().start("gpu clock", clip::close));
    }

    /** Time as its driver has it. */
    Timer timer() {
        Scheduler scheduler = world.scheduler();
        return new Timer() {
            @Override
            public Alarm after(Duration delay, Runnable action) {
                var cancelled = new boolean[1];
                scheduler.after(delay.toNanos(), () -> {
                    if (!cancelled[0]) {
                        scheduler.start("gpu alarm", action);
                    }
                });
                return () -> cancelled[0] = true;
            }

            @Override
            public Patience patience(Duration limit) {
                return scheduler.patience(limit);
            }
        };
    }

    /** Takes it off the board. */
    void close() {
        model.close();
    }
}
