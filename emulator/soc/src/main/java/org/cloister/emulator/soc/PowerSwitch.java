// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The switch of the emulated board, as a service; there as long as there is a configuration
 * {@code org.cloister.emulator.board}. Safe for use by any thread.
 */
@ProviderType
public interface PowerSwitch {
    /** Whether the board is on, and if not, why. */
    PowerState state();
}
