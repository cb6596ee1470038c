// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.emulator.devices.crypto.internal.CryptoModel;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.CryptoEngine;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.dt.DeviceTree;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Puts a crypto engine on the board for each node that is compatible with {@value #COMPATIBLE}. */
@Component(service = {})
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.platform.device.CryptoEngine\"")
public final class CryptoEngines {
    /** What such a node is called. */
    static final String COMPATIBLE = "cloister,crypto";

    private static final DmaLimits LIMITS = new DmaLimits(40, 16, 64, 1L << 30);

    private final List<CryptoModel> engines;
    private final List<ServiceRegistration<?>> services = new ArrayList<>();

    /** Finds the nodes and registers their engines. */
    @Activate
    public CryptoEngines(BundleContext context, @Reference Soc soc, @Reference DeviceTree tree) {
        engines = Devices.nodes(tree, COMPATIBLE).map(node -> new CryptoModel(
                node.path(), new Dma(Devices.memory(soc, node), LIMITS), soc.random(node.path()))).toList();
        engines.forEach(engine -> services.add(context.registerService(
                CryptoEngine.class, engine, FrameworkUtil.asDictionary(Map.of(
                        CryptoEngine.NAME, engine.name(), Soc.BOARD, soc.board(),
                        PhysicalMemory.INITIATOR, engine.initiator().name())))));
    }

    @Deactivate
    void takeOff() {
        services.forEach(ServiceRegistration::unregister);
        engines.forEach(CryptoModel::close);
    }
}
