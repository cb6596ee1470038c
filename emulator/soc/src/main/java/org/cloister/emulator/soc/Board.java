// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.cloister.platform.dt.DeviceTree;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A kind of board that can be switched on: a name for a device tree, which says all the rest. Register it as a service
 * with the property {@link #NAME}. What the emulator reads from the tree, beside the usual properties, is listed in
 * {@link BoardProperties}.
 */
@ConsumerType
public interface Board {
    /** Service property: the name by which the board is chosen, such as {@code "jacinto"}. */
    String NAME = "board.name";

    /** The name by which the board is chosen. */
    String name();

    /** What the board is made of. */
    DeviceTree deviceTree();

    /** A board of that name and tree. */
    static Board of(String name, DeviceTree tree) {
        record Described(String name, DeviceTree deviceTree) implements Board {
        }

        return new Described(name, tree);
    }
}
