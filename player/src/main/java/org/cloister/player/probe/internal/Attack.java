// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import org.cloister.heap.Access;
import org.cloister.platform.PhysicalMemory;

/**
 * Something that an initiator must not be able to do.
 *
 * @param memory the memory as the attacker sees it
 * @param access {@link Access#READ} or {@link Access#WRITE}
 */
record Attack(PhysicalMemory memory, Access access) {
    String attacker() {
        return memory.initiator().name();
    }
}
