// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.amdtee.internal.SimulatedAmdTee;
import org.cloister.backend.carveout.internal.SimulatedCarveOut;
import org.cloister.backend.mtk.internal.SimulatedMtk;
import org.cloister.backend.optee.internal.SimulatedOptee;
import org.cloister.platform.ContiguousArea;
import org.cloister.pool.PoolTimer;
import org.cloister.pool.StaticRanges;
import org.cloister.pool.Tenancies;
import org.cloister.tee.Tee;

/** The bundles with backends, which are started and stopped as a framework would. */
final class Bundles {
    private static final Map<String, Integer> RANKINGS = Map.of("optee", 100, "amdtee", 50, "carveout", 0, "mtk", -100);

    private final World world;
    private final Machine machine;
    private final PoolTimer timer;
    private final StaticRanges ranges = new StaticRanges();
    private final Tenancies tenancies = new Tenancies();
    private final List<ContiguousArea> areas = new ArrayList<>();
    private final ContiguousArea area;
    private final Map<String, Started> started = new LinkedHashMap<>();
    private Optional<Tee> tee = Optional.empty(); // of OP-TEE, as MediaTek's bundle has it
    private Optional<SimulatedMtk> mtk = Optional.empty();
    private long serial;

    private record Started(HeapBackend backend, Runnable stop) {}

    Bundles(World world, Machine machine, Faults faults) {
        this.world = world;
        this.machine = machine;
        machine.soc().contiguousAreas().forEach(one -> areas.add(new FaultyArea(one, faults, world.ledger())));
        area = areas.stream().filter(ContiguousArea::isDefault).findFirst().orElseThrow();
        timer = new PoolTimer() {
            @Override
            public long nanoTime() {
                return world.scheduler().nanos();
            }

            @Override
            public void schedule(long delayNanos, Runnable action) {
                world.scheduler().after(delayNanos, () -> world.scheduler().start("trim", action));
            }
        };
    }

    /** Memory that anybody in the normal world may take. */
    ContiguousArea area() {
        return area;
    }

    /** What is started now. */
    List<String> started() {
        return List.copyOf(started.keySet());
    }

    /** Starts a bundle that is not started. */
    void start(String name) {
        world.trace().note("start " + name, serial++);
        Started fresh = switch (name) {
            case "optee" -> optee();
            case "carveout" -> new Started(new SimulatedCarveOut(machine.soc(), ranges).backend(), () -> { });
            case "mtk" -> mtk();
            case "amdtee" -> amdtee();
            default -> throw new IllegalArgumentException(name);
        };
        var hooked = new Started(world.hooks().backend(fresh.backend), fresh.stop);
        started.put(name, hooked);
        world.core().add(hooked.backend, RANKINGS.get(name));
    }

    private Started optee() {
        var bundle = new SimulatedOptee(world.scheduler(), machine.soc(), machine.conduit(), area, timer, ranges, 1);
        tee = bundle.tee();
        mtk.ifPresent(SimulatedMtk::changed);
        return new Started(bundle.backend(), () -> {
            tee = Optional.empty();
            mtk.ifPresent(SimulatedMtk::changed);
            bundle.close();
        });
    }

    private Started mtk() {
        var bundle = new SimulatedMtk(machine.soc().deviceTree(), () -> tee, areas, timer,
                world.hooks().tenancies(tenancies));
        mtk = Optional.of(bundle);
        return new Started(bundle.backend(), () -> {
            mtk = Optional.empty();
            bundle.close();
        });
    }

    private Started amdtee() {
        var bundle = new SimulatedAmdTee(world.scheduler(), machine.soc(), machine.psp(), machine.files(), area, timer,
                world.hooks().tenancies(tenancies));
        return new Started(bundle.backend(), bundle::close);
    }

    /** Stops a bundle that is started: its service goes, then its component. */
    void stop(String name) {
        world.trace().note("stop " + name);
        Started old = started.remove(name);
        world.core().remove(old.backend);
        old.stop.run();
    }

    /** Stops one after core has stopped. */
    void stopComponent(String name) {
        started.remove(name).stop.run();
    }

    /** Its ranking changes. */
    void rank(String name, int ranking) {
        world.core().rank(started.get(name).backend, ranking);
    }
}
