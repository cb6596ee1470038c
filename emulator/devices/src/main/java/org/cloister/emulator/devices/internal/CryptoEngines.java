// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.Map;
import org.cloister.emulator.devices.crypto.internal.CryptoModel;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.CryptoEngine;
import org.cloister.platform.dt.DeviceTree;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
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

    private final Placement placement;

    /** Finds the nodes and registers their engines. */
    @Activate
    public CryptoEngines(BundleContext context, @Reference Soc soc, @Reference DeviceTree tree) {
        placement = new Placement(context, soc);
        Devices.nodes(tree, COMPATIBLE).forEach(node -> {
            CryptoModel engine = new CryptoModel(node.path(), Devices.dma(soc, node), soc.random(node.path()));
            placement.whenTakenOff(engine::close);
            placement.show(CryptoEngine.class, engine, Map.of(CryptoEngine.NAME, engine.name(),
                    PhysicalMemory.INITIATOR, engine.initiator().name()));
        });
    }

    @Deactivate
    void takeOff() {
        placement.takeOff();
    }
}
