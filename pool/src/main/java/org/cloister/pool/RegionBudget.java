// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import org.osgi.annotation.versioning.ProviderType;

/**
 * How many ranges a firewall can protect for those who share it. Immutable.
 *
 * @param used ranges that are protected now
 * @param total ranges that can be
 */
@ProviderType
public record RegionBudget(int used, int total) {
    /** Checks the components. */
    public RegionBudget {
        if (used < 0 || total < 0) {
            throw new IllegalArgumentException("%d of %d regions".formatted(used, total));
        }
    }

    /** Ranges that are left; zero or more. */
    public int left() {
        return Math.max(0, total - used);
    }

    @Override
    public String toString() {
        return used + " of " + total + " firewall regions are in use";
    }
}
