// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.Firmware;
import org.cloister.emulator.soc.PowerState;
import org.cloister.emulator.soc.PowerState.Phase;
import org.cloister.emulator.soc.PowerSwitch;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocClock;
import org.cloister.emulator.soc.board.internal.BoardPlan;
import org.cloister.emulator.soc.board.internal.PowerSupply;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
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
 * Switches the configured board on as soon as the board and all the firmware that it names are there, registers what the
 * normal world sees of it, and takes all that back, in reverse, when the configuration, the board or its firmware goes.
 *
 * <table>
 *   <caption>Transitions</caption>
 *   <tr><th>from</th><th>to</th><th>when</th></tr>
 *   <tr><td>WAITING</td><td>ON</td><td>board and firmware are there, and the board boots</td></tr>
 *   <tr><td>WAITING</td><td>FAILED</td><td>they are there, and it does not</td></tr>
 *   <tr><td>ON</td><td>WAITING</td><td>the board or firmware in use goes</td></tr>
 *   <tr><td>FAILED</td><td>WAITING</td><td>boards or firmware change</td></tr>
 *   <tr><td>any</td><td>OFF</td><td>the configuration goes</td></tr>
 * </table>
 *
 * <p>All state is guarded by this object's monitor, which is held while services are registered: whoever listens must
 * not wait for a thread that brings boards or firmware.
 */
@Component(service = PowerSwitch.class, immediate = true, configurationPid = BoardSwitch.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BoardConfiguration.class)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=org.cloister.emulator.soc.Soc")
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=org.cloister.platform.dt.DeviceTree")
@Capability(namespace = "osgi.service", effective = "active",
        attribute = {"objectClass:List<String>=org.cloister.platform.PhysicalMemory", "initiator=cpu"})
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=org.cloister.platform.ContiguousArea")
public final class BoardSwitch implements PowerSwitch {
    static final String PID = "org.cloister.emulator.board";

    private static final Logger LOG = LoggerFactory.getLogger(BoardSwitch.class);

    private final BundleContext context;
    private final BoardConfiguration configuration;
    private final Map<String, Board> boards = new TreeMap<>();
    private final Map<String, Firmware> firmware = new TreeMap<>();
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private Optional<Board> board = Optional.empty(); // the one that is on
    private Map<String, Firmware> running = Map.of(); // what it booted
    private Optional<PoweredSoc> power = Optional.empty();
    private PowerState state;
    private boolean active;

    /** Makes a switch for one board; it is off. */
    @Activate
    public BoardSwitch(BundleContext context, BoardConfiguration configuration) {
        this.context = context;
        this.configuration = configuration;
        state = new PowerState(configuration.board(), Phase.OFF, "it is being configured");
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindBoard(Board one) {
        boards.put(one.name(), one);
        reconsider();
    }

    synchronized void unbindBoard(Board one) {
        boards.remove(one.name(), one);
        reconsider();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindFirmware(Firmware one, Map<String, Object> properties) {
        firmware.put(String.valueOf(properties.get(Firmware.NAME)), one);
        reconsider();
    }

    synchronized void unbindFirmware(Firmware one, Map<String, Object> properties) {
        firmware.remove(String.valueOf(properties.get(Firmware.NAME)), one);
        reconsider();
    }

    /** Switches on, if all is there. */
    @Activate
    synchronized void activate() {
        active = true;
        reconsider();
    }

    /** Switches off. */
    @Deactivate
    synchronized void deactivate() {
        active = false;
        switchOff(Phase.OFF, "its configuration is gone");
    }

    @Override
    public synchronized PowerState state() {
        return state;
    }

    private void reconsider() {
        if (!active) {
            return;
        }
        try {
            Optional<Board> wanted = BoardFile.isOne(configuration.board())
                    ? Optional.of(board.orElseGet(() -> BoardFile.read(configuration.board())))
                    : Optional.ofNullable(boards.get(configuration.board()));
            if (wanted.isEmpty()) {
                switchOff(Phase.WAITING, "there is no board of that name; there are " + boards.keySet());
                return;
            }
            reconsider(wanted.get());
        } catch (HeapException | MalformedDeviceTree | IllegalStateException refusal) {
            switchOff(Phase.FAILED, refusal.getMessage());
            LOG.error("board {} stays off", configuration.board(), refusal);
        }
    }

    private void reconsider(Board wanted) {
        BoardPlan plan = BoardPlan.of(wanted);
        List<String> missing = plan.firmware().stream().filter(name -> !firmware.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            switchOff(Phase.WAITING, "firmware " + missing + " is not there; install the bundles that provide it");
            return;
        }
        Map<String, Firmware> needed = new TreeMap<>(firmware);
        needed.keySet().retainAll(plan.firmware());
        if (power.isPresent() && board.equals(Optional.of(wanted)) && running.equals(needed)) {
            return;
        }
        switchOff(Phase.WAITING, "it is restarted");
        PoweredSoc powered = PowerSupply.boot(plan, needed, SocClock.system(), configuration.seed());
        board = Optional.of(wanted);
        running = needed;
        power = Optional.of(powered);
        state = new PowerState(configuration.board(), Phase.ON, "");
        publish(powered.soc());
        LOG.info("board {} is on", configuration.board());
    }

    private void publish(Soc soc) {
        Map<String, Object> ofBoard = Map.of(Soc.BOARD, soc.board());
        register(Soc.class, soc, ofBoard);
        register(DeviceTree.class, soc.deviceTree(), ofBoard);
        register(PhysicalMemory.class, soc.memory(Initiator.CPU), Map.of(PhysicalMemory.INITIATOR, Initiator.CPU));
        soc.contiguousAreas().forEach(area -> register(ContiguousArea.class, area,
                Map.of(ContiguousArea.NAME, area.name(), ContiguousArea.DEFAULT, area.isDefault())));
    }

    private <T> void register(Class<T> type, T service, Map<String, Object> properties) {
        registrations.add(context.registerService(type, service, new Hashtable<>(properties)));
    }

    private void switchOff(Phase phase, String reason) {
        state = new PowerState(configuration.board(), phase, reason);
        registrations.reversed().forEach(ServiceRegistration::unregister);
        registrations.clear();
        power.ifPresent(PoweredSoc::close);
        power = Optional.empty();
        board = Optional.empty();
        running = Map.of();
    }
}
