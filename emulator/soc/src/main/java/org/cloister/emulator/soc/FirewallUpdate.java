// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A change of the firewall that happens as a whole or not at all.
 *
 * @param set regions to program; one whose name is in the firewall already takes the place of its namesake
 * @param remove names of regions to take out
 */
@ProviderType
public record FirewallUpdate(List<FirewallRegion> set, List<String> remove) {
    /** Copies the lists; a name may occur only once in both together. */
    public FirewallUpdate {
        set = List.copyOf(set);
        remove = List.copyOf(remove);
        Set<String> names = new HashSet<>(remove);
        boolean twice = names.size() < remove.size();
        for (FirewallRegion region : set) {
            twice |= !names.add(region.name());
        }
        if (twice) {
            throw new IllegalArgumentException("a region is named twice in one firewall update");
        }
    }

    /** Programs these regions. */
    public static FirewallUpdate set(FirewallRegion... regions) {
        return new FirewallUpdate(List.of(regions), List.of());
    }

    /** Takes these regions out. */
    public static FirewallUpdate remove(String... names) {
        return new FirewallUpdate(List.of(), List.of(names));
    }

    /** This change and {@code other} in one. */
    public FirewallUpdate and(FirewallUpdate other) {
        List<FirewallRegion> sets = new ArrayList<>(set);
        sets.addAll(other.set);
        List<String> removes = new ArrayList<>(remove);
        removes.addAll(other.remove);
        return new FirewallUpdate(sets, removes);
    }
}
