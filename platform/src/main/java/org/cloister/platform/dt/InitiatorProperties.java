// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.Map;
import java.util.TreeMap;
import org.osgi.annotation.versioning.ProviderType;

/** Properties of a device that tell who it is on the bus. */
@ProviderType
public final class InitiatorProperties {
    /** A string: the name of the initiator that the device is; several devices may be one. */
    public static final String NAME = "cloister,initiator";
    /** A cell: the id that its accesses carry. */
    public static final String ID = "cloister,initiator-id";
    /** A flag: its accesses are secure ones. */
    public static final String SECURE = "cloister,secure";

    private InitiatorProperties() {}

    /**
     * Finds the devices of the normal world.
     *
     * @param tree of the machine
     * @return their ids, by the names of their initiators; devices that are switched off are left out, as are those
     *     that say no id
     * @throws MalformedDeviceTree when a property does not have its shape
     */
    public static Map<String, Integer> devices(DeviceTree tree) {
        Map<String, Integer> devices = new TreeMap<>();
        tree.nodes().filter(node -> node.isEnabled() && node.has(NAME) && node.has(ID) && !node.has(SECURE))
                .forEach(node -> devices.put(node.property(NAME).orElseThrow().string(),
                        (int) node.property(ID).orElseThrow().u32()));
        return Map.copyOf(devices);
    }
}
