// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

/**
 * The life of a chunk; {@link Chunk#become} is the one place where it changes.
 *
 * <table>
 *   <caption>Transitions</caption>
 *   <tr><th>from</th><th>to</th><th>when</th></tr>
 *   <tr><td>NONE</td><td>ALLOCATED</td><td>memory was taken from the normal world</td></tr>
 *   <tr><td>ALLOCATED</td><td>LENT</td><td>the secure world accepted it</td></tr>
 *   <tr><td>ALLOCATED</td><td>RELEASING</td><td>the secure world refused it</td></tr>
 *   <tr><td>ALLOCATED</td><td>QUARANTINED</td><td>nobody knows whether the secure world has it</td></tr>
 *   <tr><td>LENT</td><td>IN_USE</td><td>it was assigned, and holds the buffer that it was lent for</td></tr>
 *   <tr><td>LENT</td><td>RELEASING</td><td>it could not be assigned</td></tr>
 *   <tr><td>IN_USE</td><td>IDLE</td><td>its last buffer was freed</td></tr>
 *   <tr><td>IDLE</td><td>IN_USE</td><td>a buffer was allocated</td></tr>
 *   <tr><td>IDLE</td><td>RELEASING</td><td>it was idle for too long, is in somebody's way, or the pool goes</td></tr>
 *   <tr><td>RELEASING</td><td>NONE</td><td>the normal world has the memory again</td></tr>
 *   <tr><td>RELEASING</td><td>QUARANTINED</td><td>a step back failed</td></tr>
 *   <tr><td>QUARANTINED</td><td>RELEASING</td><td>a retry</td></tr>
 * </table>
 *
 * <p>In ALLOCATED, LENT and RELEASING the chunk belongs to the one thread that takes it through its steps. Since IDLE ends
 * either way under the pool's lock, the last free and the first allocation cannot miss each other.
 */
enum ChunkState {
    NONE, ALLOCATED, LENT, IN_USE, IDLE, RELEASING, QUARANTINED;

    /** Tells whether the table has this transition. */
    boolean leadsTo(ChunkState next) {
        return switch (this) {
            case NONE -> next == ALLOCATED;
            case ALLOCATED -> next == LENT || next == RELEASING || next == QUARANTINED;
            case LENT -> next == IN_USE || next == RELEASING;
            case IN_USE -> next == IDLE;
            case IDLE -> next == IN_USE || next == RELEASING;
            case RELEASING -> next == NONE || next == QUARANTINED;
            case QUARANTINED -> next == RELEASING;
        };
    }

    /** Tells whether buffers can be allocated from it. */
    boolean serves() {
        return this == IN_USE || this == IDLE;
    }
}
