// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.Firmware;
import org.cloister.emulator.soc.PowerState;
import org.cloister.emulator.soc.PowerState.Phase;
import org.cloister.emulator.soc.PowerSwitch;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.SocClock;
import org.cloister.emulator.soc.board.internal.BoardPlan;
import org.cloister.emulator.soc.board.internal.PowerSupply;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches the configured board on as soon as the board and all firmware it names are there, registers what the normal
 * world sees of it, and takes all that back, in reverse, when the configuration, the board or its firmware goes.
 *
 * <table>
 *   <caption>Transitions</caption>
 *   <tr><th>from</th><th>to</th><th>when</th></tr>
 *   <tr><td>OFF, WAITING, FAILED</td><td>ON</td><td>board and firmware are there, and the board boots</td></tr>
 *   <tr><td>OFF, WAITING, FAILED</td><td>FAILED</td><td>they are there, and it does not</td></tr>
 *   <tr><td>OFF, FAILED</td><td>WAITING</td><td>board or firmware are not there</td></tr>
 *   <tr><td>ON</td><td>WAITING</td><td>the board or firmware in use goes</td></tr>
 *   <tr><td>any</td><td>OFF</td><td>the configuration goes</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread. The lock of this object guards what is offered and who is at work; whoever brings a
 * change while nobody is at work does the work, outside the lock, until nothing is left to do, so that boards are
 * switched on and off by one thread at a time and services come and go with no lock held.
 */
@Component(service = PowerSwitch.class, immediate = true, configurationPid = BoardSwitch.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BoardConfiguration.class)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=org.cloister.emulator.soc.Soc")
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=org.cloister.platform.dt.DeviceTree")
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=org.cloister.platform.Interrupts")
@Capability(namespace = "osgi.service", effective = "active",
        attribute = {"objectClass:List<String>=org.cloister.platform.PhysicalMemory", "initiator=cpu"})
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=org.cloister.platform.ContiguousArea")
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=org.cloister.platform.inspect.BoardView")
public final class BoardSwitch implements PowerSwitch {
    /** The configuration that switches a board on. */
    static final String PID = "org.cloister.emulator.board";

    private static final Logger LOG = LoggerFactory.getLogger(BoardSwitch.class);

    /** What there is to switch on with. */
    private record Offer(Map<String, Board> boards, Map<String, Firmware> firmware) {
        Offer {
            boards = Map.copyOf(boards);
            firmware = Map.copyOf(firmware);
        }
    }

    /** A board that is on, and what it was switched on with. */
    private record Running(Optional<Board> board, Map<String, Firmware> firmware, PoweredSoc power,
            BoardServices services) {
        boolean isStillOffered(Offer offer) {
            return board.stream().allMatch(used -> offer.boards().get(used.name()) == used)
                    && firmware.entrySet().stream().allMatch(
                            used -> offer.firmware().get(used.getKey()) == used.getValue());
        }

        void switchOff() {
            services.close();
            power.close();
        }
    }

    private final BundleContext context;
    private final String name;
    private final long seed;
    private final Map<String, Board> boards = new HashMap<>();
    private final Map<String, Firmware> firmware = new HashMap<>();
    private boolean active;
    private boolean changed;
    private Optional<Thread> worker = Optional.empty();
    private volatile PowerState state;

    /** By the worker only. */
    private Optional<Running> running = Optional.empty();

    /** Takes the configuration. */
    @Activate
    public BoardSwitch(BundleContext context, BoardConfiguration configuration) {
        this.context = context;
        this.name = configuration.board();
        this.seed = configuration.seed();
        this.state = new PowerState(name, Phase.OFF, "it was not switched on yet");
    }

    /** Begins to switch on. */
    @Activate
    void start() {
        change(() -> active = true);
    }

    /** Switches off, and waits until that is done. */
    @Deactivate
    void stop() {
        change(() -> active = false);
        awaitWorker();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addBoard(Board board) {
        change(() -> boards.putIfAbsent(board.name(), board));
    }

    void removeBoard(Board board) {
        change(() -> boards.remove(board.name(), board));
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addFirmware(Firmware model, Map<String, Object> properties) {
        change(() -> firmware.putIfAbsent(String.valueOf(properties.get(Firmware.NAME)), model));
    }

    void removeFirmware(Firmware model, Map<String, Object> properties) {
        change(() -> firmware.remove(String.valueOf(properties.get(Firmware.NAME)), model));
    }

    @Override
    public PowerState state() {
        return state;
    }

    private void change(Runnable change) {
        synchronized (this) {
            change.run();
            changed = true;
            if (worker.isPresent()) {
                return;
            }
            worker = Optional.of(Thread.currentThread());
        }
        work();
    }

    private void work() {
        while (true) {
            boolean wanted;
            Offer offer;
            synchronized (this) {
                if (!changed) {
                    worker = Optional.empty();
                    notifyAll();
                    return;
                }
                changed = false;
                wanted = active;
                offer = new Offer(boards, firmware);
            }
            try {
                settle(wanted, offer);
            } catch (RuntimeException failure) {
                LOG.error("board {} was not switched off in order", name, failure);
                state = new PowerState(name, Phase.FAILED, failure.toString());
            }
        }
    }

    private void settle(boolean wanted, Offer offer) {
        if (running.isPresent() && !(wanted && running.get().isStillOffered(offer))) {
            Running ending = running.get();
            running = Optional.empty();
            ending.switchOff();
            LOG.info("board {} is off", name);
        }
        if (!wanted) {
            state = new PowerState(name, Phase.OFF, "its configuration is gone");
        } else if (running.isEmpty()) {
            state = switchOn(offer);
        }
    }

    private PowerState switchOn(Offer offer) {
        try {
            Optional<Board> offered = Optional.ofNullable(offer.boards().get(name));
            if (offered.isEmpty() && !BoardFile.isOne(name)) {
                return waiting("no board has that name; there are: " + new TreeSet<>(offer.boards().keySet()));
            }
            BoardPlan plan = BoardPlan.of(offered.orElseGet(() -> BoardFile.read(name)));
            List<String> missing = new ArrayList<>(plan.firmware());
            missing.removeAll(offer.firmware().keySet());
            if (!missing.isEmpty()) {
                return waiting("its firmware is not there: " + missing);
            }
            Map<String, Firmware> used = new HashMap<>(offer.firmware());
            used.keySet().retainAll(plan.firmware());
            running = Optional.of(boot(plan, offered, used));
            LOG.info("board {} is on", name);
            return new PowerState(name, Phase.ON, "");
        } catch (HeapException | MalformedDeviceTree refusal) {
            LOG.error("{}", refusal.getMessage());
            return new PowerState(name, Phase.FAILED, refusal.getMessage());
        } catch (RuntimeException failure) {
            LOG.error("board {} was not switched on", name, failure);
            return new PowerState(name, Phase.FAILED, failure.toString());
        }
    }

    private Running boot(BoardPlan plan, Optional<Board> board, Map<String, Firmware> used) {
        PoweredSoc power = PowerSupply.boot(plan, used, SocClock.system(), seed);
        try {
            return new Running(board, used, power, new BoardServices(context, power.soc()));
        } catch (RuntimeException failure) {
            power.close();
            throw failure;
        }
    }

    private PowerState waiting(String reason) {
        LOG.info("board {} waits: {}", name, reason);
        return new PowerState(name, Phase.WAITING, reason);
    }

    private synchronized void awaitWorker() {
        boolean interrupted = false;
        while (worker.isPresent() && worker.get() != Thread.currentThread()) {
            try {
                wait();
            } catch (InterruptedException interrupt) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
