// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A region of the firewall: a range of physical addresses and who may do what there.
 *
 * <p>A foreground region decides alone for its addresses. A background region decides where no foreground region
 * does. Where neither is, nobody may do anything.
 *
 * @param name what faults and reports call it; unique in the firewall
 * @param background whether foreground regions may lie on it
 * @param base the first address, zero or more
 * @param size bytes, greater than zero
 * @param rights who may do what
 */
@ProviderType
public record FirewallRegion(String name, boolean background, long base, long size, Rights rights) {
    /** Checks the components; what a given firewall can hold is for it to check. */
    public FirewallRegion {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(rights, "rights");
        if (name.isBlank()) {
            throw new IllegalArgumentException("a firewall region needs a name");
        }
        if (base < 0 || size <= 0 || base + size < 0) {
            throw new IllegalArgumentException(
                    "firewall region %s: base 0x%x and size 0x%x make no range".formatted(name, base, size));
        }
    }

    /** A foreground region. */
    public static FirewallRegion foreground(String name, long base, long size, Rights rights) {
        return new FirewallRegion(name, false, base, size, rights);
    }

    /** A background region. */
    public static FirewallRegion background(String name, long base, long size, Rights rights) {
        return new FirewallRegion(name, true, base, size, rights);
    }

    /** The address after the last one. */
    public long end() {
        return base + size;
    }

    /** Tells whether this and {@code other} share an address. */
    public boolean overlaps(FirewallRegion other) {
        return base < other.end() && other.base < end();
    }
}
