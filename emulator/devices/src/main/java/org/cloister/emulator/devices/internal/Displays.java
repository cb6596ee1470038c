// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.devices.display.internal.DisplayModel;
import org.cloister.emulator.devices.display.internal.DisplayModel.PipePlan;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.DisplayController;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.Property;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Puts a display on the board, with a pipe for each node that is compatible with {@value #BUILT_IN} (a panel that is part of the
 * machine, at the end of a protected pipe) or {@value #EXTERNAL} (a connector that anybody may plug into, at the end
 * of a pipe that is not protected). The property {@value #PANEL_SIZE} gives width and height in pixels.
 */
@Component(service = {})
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.platform.device.DisplayController,"
                + "org.cloister.emulator.devices.Panel\"")
public final class Displays {
    /** The node of a display with a panel that is part of the machine. */
    static final String BUILT_IN = "cloister,display";
    /** The node of a display with a connector. */
    static final String EXTERNAL = "cloister,display-external";
    /** Two cells: width and height of the panel; 1280 and 720 by default. */
    static final String PANEL_SIZE = "cloister,panel-size";

    private static final int MAX_SIDE = 8192;

    private final Placement placement;

    /** Finds the nodes and registers controller and panels. */
    @Activate
    public Displays(BundleContext context, @Reference Soc soc, @Reference DeviceTree tree) {
        List<PipePlan> plans = Stream.concat(
                Devices.nodes(tree, BUILT_IN).map(node -> plan(soc, node, true)),
                Devices.nodes(tree, EXTERNAL).map(node -> plan(soc, node, false))).toList();
        placement = new Placement(context, soc);
        if (!plans.isEmpty()) {
            place(new DisplayModel(Devices.LIMITS, plans), plans);
        }
    }

    private void place(DisplayModel display, List<PipePlan> plans) {
        placement.whenTakenOff(display::close);
        placement.show(DisplayController.class, display, Map.of(DisplayController.NAME, display.name()));
        for (int i = 0; i < plans.size(); i++) {
            placement.show(Panel.class, display.panels().get(i), Map.of(Panel.NAME, plans.get(i).name(),
                    PhysicalMemory.INITIATOR, plans.get(i).memory().initiator().name()));
        }
    }

    private static PipePlan plan(Soc soc, Node node, boolean isProtected) {
        Optional<Property> size = node.property(PANEL_SIZE);
        int width = size.map(cells -> side(cells, 0)).orElse(1280);
        int height = size.map(cells -> side(cells, 1)).orElse(720);
        return new PipePlan(node.path(), Devices.memory(soc, node), isProtected, width, height);
    }

    private static int side(Property size, int index) {
        if (size.cellCount() != 2 || size.cell(index) < 1 || size.cell(index) > MAX_SIDE) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "put a display on the board", size.node().path(),
                    "its " + PANEL_SIZE + " is not a width and a height of 1 to " + MAX_SIDE, "correct the device tree");
        }
        return (int) size.cell(index);
    }

    @Deactivate
    void takeOff() {
        placement.takeOff();
    }
}
