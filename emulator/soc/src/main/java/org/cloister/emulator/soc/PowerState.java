// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Whether the configured board is on, and if not, why.
 *
 * @param board the board that the configuration names
 * @param phase how far it is
 * @param reason why it is not on; empty when it is
 */
@ProviderType
public record PowerState(String board, Phase phase, String reason) {
    /** How far a board is. */
    public enum Phase {
        /** Switched off. */
        OFF,
        /** Something that it needs is not there yet; it is switched on as soon as it comes. */
        WAITING,
        /** Switched on. */
        ON,
        /** It was refused, and will be until its device tree, its firmware or the configuration changes. */
        FAILED
    }

    /** Checks that nothing is missing. */
    public PowerState {
        Objects.requireNonNull(board, "board");
        Objects.requireNonNull(phase, "phase");
        Objects.requireNonNull(reason, "reason");
    }
}
