// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.cloister.core.internal.SimulatedCore;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.importer.Importers;
import org.cloister.platform.PhysicalMemory;

/** All there is in one run: the board, core, bundles, those who use them, and the auditor. */
final class World {
    private static final int CLIENTS = 4;
    private static final long QUOTA = 1 << 20;
    private static final String ANCHOR = "carveout";
    /** Where all devices of a player meet. */
    static final String VIDEO = "protected,secure-video";
    /** For user interfaces that nobody may forge. */
    static final String UI = "protected,trusted-ui";
    /** For what the crypto engine makes. */
    static final String KEYS = "protected,keys";

    private final long seed;
    private final Scheduler scheduler;
    private final Hooks hooks;
    private final Trace trace;
    private final Ledger ledger = new Ledger(this::found);
    private final List<Violation> violations = new ArrayList<>();
    private final List<String> heaps;
    private final Set<String> served = new HashSet<>();
    private final Map<String, Device> devices = new LinkedHashMap<>();
    private final List<Client> clients = new ArrayList<>();
    private final List<Thread> actors = new ArrayList<>();
    private SimulatedCore core;
    private Machine machine;
    private SimulatedGpu gpu;
    private Bundles bundles;
    private Auditor auditor;
    private Faults faults;
    private long steps;
    private boolean ending;
    private boolean over;

    World(long seed, Scheduler scheduler, Hooks hooks, Trace trace) {
        this.seed = seed;
        this.scheduler = scheduler;
        this.hooks = hooks;
        this.trace = trace;
        heaps = hooks.names(BoardKind.of(seed) == BoardKind.LAB
                ? List.of(VIDEO, UI, KEYS, "restricted_mtk_cm", "restricted_mtk_cma")
                : List.of(VIDEO, UI, KEYS));
    }

    /** Switches the board on and starts everybody; on a thread of the simulation. */
    void begin() {
        var random = new SplittableRandom(seed);
        faults = new Faults(random.split(), Faults.mood(seed), trace);
        BoardKind kind = BoardKind.of(seed);
        machine = new Machine(this, kind, seed, faults);
        auditor = new Auditor(machine.soc(), machine.truth(), ledger, Machine.grants(machine.soc()), random.split(),
                this::found);
        core = new SimulatedCore(scheduler, new SimulatedCore.Settings(Map.of(), Map.of(), quotas()), this::heard);
        bundles = new Bundles(this, machine, faults);
        machine.soc().initiators().stream().filter(one -> !one.secure()).forEach(one -> devices.put(one.name(),
                new Device(machine.soc().memory(one.name()), scheduler, random.split(), ledger, trace)));
        List<String> backends = kind == BoardKind.LAB ? List.of("optee", "carveout", "mtk", "amdtee")
                : List.of("optee", "carveout");
        if (kind == BoardKind.LAB) {
            machine.installMtk();
        }
        backends.forEach(this::start);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Client("client-" + i, this, random.split()));
        }
        clients.forEach(client -> actors.add(scheduler.start(client.bundle(), client::run)));
        var operator = new Operator(this, bundles, machine, clients, hooks.backends(backends),
                random.split());
        actors.add(scheduler.start("operator", operator::run));
        drive(random);
        var attacker = new Attacker(this, machine, bundles.area(), random.split());
        actors.add(scheduler.start("attacker", attacker::run));
    }

    /** Some play protected video, sign, and compose pictures, by way of drivers. */
    private void drive(SplittableRandom random) {
        var mappings = new Mappings(this::found);
        var decoder = hooks.decoder(new SimulatedDecoder(block("video-decoder", mappings, random), faults));
        var panel = new SimulatedDisplay(block("display", mappings, random), faults);
        var viewer = new Viewer(this, decoder, panel, mappings, random.split());
        actors.add(scheduler.start("viewer", viewer::run));
        var signer = new Signer(this, hooks.crypto(new SimulatedCrypto(block("crypto", mappings, random), faults)),
                mappings, random.split());
        actors.add(scheduler.start("signer", signer::run));
        gpu = new SimulatedGpu(this, bundles.area(), mappings, faults, random.split());
        var composer = new Composer(this, gpu, mappings, random.split());
        actors.add(scheduler.start("composer", composer::run));
    }

    /** What a driver gets instead of what core gives it. */
    Importers driversImporters(String driver, Mappings mappings) {
        return hooks.driversImporters(driver, mappings.watch(hooks.importers(core.importers(driver))));
    }

    private Block block(String initiator, Mappings mappings, SplittableRandom random) {
        return new Block(machine.soc().memory(initiator), this, mappings, random.split());
    }

    /** A bundle that firmware does not let start is the operator's to start again. */
    private void start(String backend) {
        try {
            bundles.start(backend);
        } catch (HeapException e) {
            trace.note("start refused " + e.error());
        }
    }

    private void heard(HeapEvent event) {
        trace.note(event.toString());
        switch (event) {
            case HeapEvent.Available one -> served.add(one.heap());
            case HeapEvent.Quarantined one -> ledger.reported(new Range(one.base(), one.size()));
            default -> { }
        }
    }

    /** One step is over. */
    void look() {
        steps++;
        if (auditor != null && !over) {
            auditor.look();
        }
    }

    /** Everybody stops what he does. */
    void end() {
        ending = true;
        faults.end();
    }

    /** Whether all who do something have stopped. */
    boolean isIdle() {
        return actors.stream().noneMatch(Thread::isAlive);
    }

    /** Stops bundles and core; on a thread of the simulation. */
    void shutDown() {
        core.close();
        List.copyOf(bundles.started()).forEach(bundles::stopComponent);
    }

    /** Switches the board off. */
    void close() {
        over = true;
        if (gpu != null) {
            gpu.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    void found(Violation violation) {
        violations.add(violation);
    }

    List<Violation> violations() {
        return violations;
    }

    long seed() {
        return seed;
    }

    long steps() {
        return steps;
    }

    /** Whether the board is off. */
    boolean isOver() {
        return over;
    }

    boolean isEnding() {
        return ending;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Hooks hooks() {
        return hooks;
    }

    Trace trace() {
        return trace;
    }

    Ledger ledger() {
        return ledger;
    }

    SimulatedCore core() {
        return core;
    }

    Machine machine() {
        return machine;
    }

    Auditor auditor() {
        return auditor;
    }

    /** Names that clients ask for. */
    List<String> heaps() {
        return heaps;
    }

    boolean wasServed(String heap) {
        return served.contains(heap);
    }

    /** The backend that is never stopped. */
    String anchor() {
        return ANCHOR;
    }

    /** Whether a backend that is never stopped serves the heap, if nobody else does. */
    boolean isAnchored(String heap) {
        return heap.equals(VIDEO) || heap.equals(KEYS);
    }

    /** How many bytes bundles may have, by name; those that are not named, any number. */
    Map<String, Long> quotas() {
        return Map.of("client-0", QUOTA);
    }

    /** Whether nothing goes wrong in this run. */
    boolean isCalm() {
        return Faults.mood(seed) == Faults.Mood.CALM;
    }

    /** The device that writes memory of a use case. */
    Device writer(UseCase useCase) {
        return devices.get(BoardKind.WRITERS.get(useCase));
    }

    /** A device that has no business with restricted memory. */
    Device stranger() {
        return devices.get("eth-dma");
    }

    PhysicalMemory strangersMemory() {
        return hooks.strangersMemory(machine.soc().memory("eth-dma"));
    }
}
