// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The life of a buffer.
 *
 * <table>
 *   <caption>Transitions</caption>
 *   <tr><th>from</th><th>to</th><th>when</th></tr>
 *   <tr><td>LIVE</td><td>REVOKED</td><td>the backend left and the deadline passed, or it failed</td></tr>
 *   <tr><td>LIVE, REVOKED</td><td>RELEASED</td><td>the last reference was closed and the last attachment
 *       detached</td></tr>
 * </table>
 */
@ProviderType
public enum BufferState {
    /** Usable. */
    LIVE,
    /** Its memory was taken away; every use gives {@link HeapError#REVOKED}, closing still works. */
    REVOKED,
    /** Its memory went back to the pool. */
    RELEASED
}
