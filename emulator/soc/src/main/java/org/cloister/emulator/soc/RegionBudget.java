// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ProviderType;

/**
 * How many foreground regions a firewall holds and can still take. Background regions that the hardware keeps apart
 * are not counted.
 *
 * @param used regions in use
 * @param left regions that can still be programmed
 */
@ProviderType
public record RegionBudget(int used, int left) {
}
