// SPDX-License-Identifier: Apache-2.0
package org.cloister.admin;

import java.util.List;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.BufferState;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A buffer, as those who run the machine see it. Immutable; a snapshot.
 *
 * @param id the buffer's id
 * @param name what its owners call it, or an empty string
 * @param record what it is
 * @param size bytes
 * @param state where it is in its life
 * @param payer the symbolic name of the bundle that allocated it, against whose quota it counts
 * @param holds open references, the oldest first
 * @param uses devices that it is attached to, sorted by importer
 * @param memory where it is, in the order of its bytes; empty when nobody in this process knows, as with a real kernel's
 *     memory, and when the buffer is revoked
 */
@ProviderType
public record BufferReport(
        long id,
        String name,
        BufferRecord record,
        long size,
        BufferState state,
        String payer,
        List<BufferHold> holds,
        List<BufferUse> uses,
        List<MemoryExtent> memory) {
    /** Copies the lists. */
    public BufferReport {
        holds = List.copyOf(holds);
        uses = List.copyOf(uses);
        memory = List.copyOf(memory);
    }
}
