// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.Optional;
import java.util.UUID;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.MtkCommand;

/**
 * By which uuid the memory application is looked for.
 *
 * @param configured what the configuration says
 * @param tee the trusted OS that was asked
 * @param told what it answered
 */
record ApplicationChoice(Optional<UUID> configured, String tee, Optional<UUID> told) {
    /** The one: configured, else told, else the known default. */
    UUID chosen() {
        return configured.or(() -> told).orElse(MtkCommand.APPLICATION);
    }

    /** The refusal of a trusted OS to open a session, with where its uuid came from and what the others are. */
    HeapException refused(String what, HeapException cause) {
        String from = configured.isPresent() ? "the configuration" : told.isPresent() ? "TEE " + tee : "the default";
        return new HeapException(HeapError.FIRMWARE_REFUSED, what, "TEE " + tee,
                ("it opens no session with the memory application %s, which %s names (%s); configuration: %s, "
                        + "told by the TEE: %s, known default: %s").formatted(chosen(), from, cause.why(),
                        configured.map(UUID::toString).orElse("none"), told.map(UUID::toString).orElse("none"),
                        MtkCommand.APPLICATION),
                "install the application, or set application.uuid of " + MtkConfiguration.PID + " to its uuid", cause);
    }
}
