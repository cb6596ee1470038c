// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.devices.internal.display.DisplayModel;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.DisplayController;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.Property;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Puts a display on the board for each node that is compatible with {@value #BUILT_IN} (a panel that is part of the
 * machine, at the end of a protected pipe) or {@value #EXTERNAL} (a connector that anybody may plug into, at the end
 * of a pipe that is not protected). The property {@value #PANEL_SIZE} gives width and height in pixels.
 */
@Component(service = {})
public final class Displays {
    /** The node of a display with a panel that is part of the machine. */
    static final String BUILT_IN = "cloister,display";
    /** The node of a display with a connector. */
    static final String EXTERNAL = "cloister,display-external";
    /** Two cells: width and height of the panel; 1280 and 720 by default. */
    static final String PANEL_SIZE = "cloister,panel-size";

    private static final DmaLimits LIMITS = new DmaLimits(40, 16, 64, 1L << 30);
    private static final int MAX_SIDE = 8192;

    private record Display(DisplayModel model, Map<String, ?> properties) {}

    private final List<Display> displays;
    private final List<ServiceRegistration<?>> services = new ArrayList<>();

    /** Finds the nodes and registers their displays. */
    @Activate
    public Displays(BundleContext context, @Reference Soc soc, @Reference DeviceTree tree) {
        displays = Stream.concat(
                Devices.nodes(tree, BUILT_IN).map(node -> display(soc, node, true)),
                Devices.nodes(tree, EXTERNAL).map(node -> display(soc, node, false))).toList();
        for (Display display : displays) {
            Dictionary<String, ?> properties = FrameworkUtil.asDictionary(display.properties());
            services.add(context.registerService(DisplayController.class, display.model(), properties));
            services.add(context.registerService(Panel.class, display.model().panel(), properties));
        }
    }

    private static Display display(Soc soc, Node node, boolean isProtected) {
        Dma dma = Devices.dma(soc, node, LIMITS);
        Optional<Property> size = node.property(PANEL_SIZE);
        int width = size.map(cells -> side(cells, 0)).orElse(1280);
        int height = size.map(cells -> side(cells, 1)).orElse(720);
        return new Display(new DisplayModel(node.path(), dma, isProtected, width, height), Map.of(
                DisplayController.NAME, node.path(), Panel.NAME, node.path(), Soc.BOARD, soc.board(),
                PhysicalMemory.INITIATOR, dma.memory().initiator().name()));
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
        services.forEach(ServiceRegistration::unregister);
        displays.forEach(display -> display.model().close());
    }
}
