// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.cloister.emulator.devices.GpuBench;
import org.cloister.emulator.devices.gpu.internal.EmulatedFirmware;
import org.cloister.emulator.devices.gpu.internal.GpuModel;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.MaliGpu;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Puts a GPU on the board for each node that is compatible with {@value MaliGpu#COMPATIBLE}, and its firmware's file. */
@Component(service = {})
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.platform.mali.MaliGpu,"
                + "org.cloister.emulator.devices.GpuBench,org.cloister.platform.conduit.FirmwareFiles\"")
public final class Gpus {
    private static final int LINES = 3;

    private final Placement placement;

    /** Finds the nodes, and registers what drivers and test benches find of them. */
    @Activate
    public Gpus(BundleContext context, @Reference Soc soc, @Reference DeviceTree tree) {
        placement = new Placement(context, soc);
        Devices.nodes(tree, MaliGpu.COMPATIBLE).forEach(node -> putOn(soc, node));
    }

    private void putOn(Soc soc, Node node) {
        MaliGpu gpu = wiring(node);
        GpuModel model = new GpuModel(gpu, soc.memory(gpu.initiator()), soc.memory(gpu.protectedInitiator()),
                soc.interrupts()::raise);
        placement.whenTakenOff(model::close);
        placement.whenTakenOff(soc.attach(gpu.initiator(), gpu.registers(), GpuRegister.SIZE, Rights.of(Map.of(
                soc.initiator(Initiator.CPU), Access.READ_WRITE)), model)::close);
        placement.show(FirmwareFiles.class, new EmulatedFirmware(), Map.of(FirmwareFiles.DIRECTORY,
                GpuRegister.FIRMWARE_DIRECTORY, Constants.SERVICE_RANKING, -1)); // it has one directory only
        Map<String, ?> properties = Map.of("device.name", gpu.name());
        placement.show(GpuBench.class, model, properties);
        placement.show(MaliGpu.class, gpu, properties);
    }

    /** What the device tree says of a GPU. */
    public static MaliGpu wiring(Node node) {
        Node mode = node.child(MaliGpu.PROTECTED_NODE).orElseThrow(() -> malformed(node,
                "its node does not say which initiator it is in protected mode", "add the child node protected"));
        List<Integer> lines = node.property("interrupts").stream().flatMap(cells ->
                IntStream.range(0, cells.cellCount()).mapToObj(i -> (int) cells.cell(i))).toList();
        if (lines.size() != LINES || node.ranges("reg").isEmpty()) {
            throw malformed(node, "its node has not three interrupts and registers", "correct the device tree");
        }
        return new MaliGpu(node.path(), node.ranges("reg").getFirst().base(), lines.get(0), lines.get(1), lines.get(2),
                Devices.initiator(node), Devices.initiator(mode));
    }

    private static HeapException malformed(Node node, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "put a GPU on the board", node.path(), why, remedy);
    }

    @Deactivate
    void takeOff() {
        placement.takeOff();
    }
}
