// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A kind of board that can be switched on. Register it as a service with the property {@link #NAME}.
 */
@ConsumerType
public interface Board {
    /** Service property: the name by which the board is chosen, such as {@code "jacinto"}. */
    String NAME = "board.name";

    /** The name by which the board is chosen. */
    String name();
}
