// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A bus master: somebody who puts addresses on the bus and whom a firewall can tell from others.
 *
 * @param name the name that device trees, heap attributes and reports use, such as {@code "video-decoder"}
 * @param id the number that its accesses carry on the bus (an NSAID, a privilege id); 0 to 255, unique among the
 *     initiators of its world on a board, so that a processor carries one number in both
 * @param secure whether its accesses are secure ones (made by the secure world)
 */
@ProviderType
public record Initiator(String name, int id, boolean secure) {
    /** The name of the application processor in the normal world. */
    public static final String CPU = "cpu";
    /** The name of the application processor in the secure world. */
    public static final String SECURE_CPU = "cpu-secure";

    /** Checks the components. */
    public Initiator {
        Objects.requireNonNull(name, "name");
        if (name.isBlank()) {
            throw new IllegalArgumentException("an initiator needs a name");
        }
        if (id < 0 || id > 255) {
            throw new IllegalArgumentException("initiator " + name + ": id " + id + " is not in 0 to 255");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
