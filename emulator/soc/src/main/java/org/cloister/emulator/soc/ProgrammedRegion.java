// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A region as it sits in the firewall.
 *
 * @param number the number of the hardware's register set that holds it; stays the same as long as the region is there
 * @param region what it holds
 */
@ProviderType
public record ProgrammedRegion(int number, FirewallRegion region) {
    /** How faults name it, such as {@code "region 2 (secure-video)"}. */
    public String label() {
        return "region " + number + " (" + region.name() + ")";
    }
}
