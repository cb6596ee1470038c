// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.util.List;
import java.util.random.RandomGenerator;
import org.cloister.emulator.soc.FaultLog;
import org.cloister.emulator.soc.Firewall;
import org.cloister.emulator.soc.InterruptController;
import org.cloister.emulator.soc.Registers;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.ReleaseWatcher;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocClock;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.DeviceTree;

/** A board that is on. Immutable but for its parts, and safe for use by any thread. */
final class EmulatedSoc implements Soc {
    private final BoardPlan plan;
    private final Hardware hardware;
    private final AreaReleases releases = new AreaReleases();
    private final List<ContiguousArea> areas;
    private final SocClock clock;
    private final long seed;
    private final InterruptController interrupts = new InterruptLines();

    EmulatedSoc(BoardPlan plan, Hardware hardware, SocClock clock, long seed) {
        this.plan = plan;
        this.hardware = hardware;
        this.areas = List.copyOf(AreaPlacement.of(plan, releases));
        this.clock = clock;
        this.seed = seed;
    }

    @Override
    public String board() {
        return plan.name();
    }

    @Override
    public DeviceTree deviceTree() {
        return plan.tree();
    }

    @Override
    public List<Initiator> initiators() {
        return plan.initiators().all();
    }

    @Override
    public Initiator initiator(String name) {
        return plan.initiators().get(plan.initiators().indexOf(name));
    }

    @Override
    public PhysicalMemory memory(String initiator) {
        if (initiator(initiator).secure()) {
            throw new HeapException(HeapError.NOT_PERMITTED, "see memory as " + initiator, "board " + plan.name(),
                    "it is an initiator of the secure world", "only firmware is given its view");
        }
        return view(initiator);
    }

    /** Physical memory as any initiator sees it, the secure ones too. */
    PhysicalMemory view(String initiator) {
        return hardware.bus().view(plan.initiators().indexOf(initiator));
    }

    @Override
    public Firewall firewall() {
        return hardware.firewall();
    }

    @Override
    public boolean isRestricted(Initiator device, long address, long length) {
        return hardware.bus().isRestricted(plan.initiators().indexOf(device.name()), address, length);
    }

    @Override
    public FaultLog faults() {
        return hardware.faults();
    }

    @Override
    public List<ContiguousArea> contiguousAreas() {
        return areas;
    }

    @Override
    public Registration watchReleases(ReleaseWatcher watcher) {
        return releases.watch(watcher);
    }

    @Override
    public InterruptController interrupts() {
        return interrupts;
    }

    @Override
    public SocClock clock() {
        return clock;
    }

    @Override
    public RandomGenerator random(String stream) {
        return new RandomStreams(seed).stream(stream);
    }

    @Override
    public Registration attach(String name, long base, long size, Rights rights, Registers registers) {
        return hardware.registers().attach(name, base, size, rights, registers);
    }
}
