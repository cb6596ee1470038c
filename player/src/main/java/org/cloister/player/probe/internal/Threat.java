// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.util.List;
import java.util.Optional;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;

/** What nobody must be able to do to the memory of a backend, and who reads it in vain where it is encrypted. */
record Threat(List<Attack> attacks, Optional<Eavesdropper> eavesdropper) {
    /** How the CPU attacks, if it must not have that access. */
    Optional<Attack> byTheCpu(Access access) {
        return attacks.stream().filter(attack -> attack.attacker().equals(Initiator.CPU) && attack.access() == access)
                .findFirst();
    }
}
