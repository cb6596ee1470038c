// SPDX-License-Identifier: Apache-2.0
package org.cloister.importer;

import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Attaches buffers to devices. A bundle-scoped service: attachments are owned by the bundle that obtained it, and are
 * detached when it stops. Safe for use by any thread.
 */
@ProviderType
public interface Importers {
    /**
     * Attaches {@code buffer} to {@code importer}. The attachment holds a reference of its own on the buffer, so the
     * caller may close {@code buffer} at once.
     *
     * @param buffer any open reference, also of another bundle
     * @param importer the device
     * @param access what the device will do; part of what its constraints name
     * @return the attachment, to be closed by the caller
     * @throws HeapException and nothing is attached:
     *     <ul>
     *       <li>{@code NOT_PERMITTED}: the importer requires restricted memory, or refuses it, or does not accept its
     *           use case or the kind of its enforcement
     *       <li>{@code UNREACHABLE}: the initiator has no such right on this memory, or address width, alignment,
     *           contiguity, number or size of segments do not fit
     *       <li>{@code INVALID_ARGUMENT}: {@code access} is {@code NONE} or exceeds the importer's constraints
     *       <li>{@code CLOSED}, {@code REVOKED}: the buffer is no longer there
     *     </ul>
     */
    Attachment attach(DmaBuf buffer, Importer importer, Access access);
}
