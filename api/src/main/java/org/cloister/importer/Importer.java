// SPDX-License-Identifier: Apache-2.0
package org.cloister.importer;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A device that uses buffers, as its driver describes it. Drivers may register their importers as services, so that
 * applications can negotiate for them; attaching does not need that.
 *
 * <p>Implementations are called by any thread and answer the first three methods quickly and always the same.
 */
@ConsumerType
public interface Importer {
    /** Service property: the {@link #name()}, a {@link String}. */
    String NAME = "importer.name";

    /** {@return the name that reports and errors use, such as {@code "video-decoder frames"}} */
    String name();

    /** {@return the name of the bus master that will touch the memory, as heaps and firewalls know it} */
    String initiator();

    /** {@return what the device needs of memory} */
    Constraints constraints();

    /**
     * The mappings of {@code attachment} end: stop the hardware before returning. Afterwards its mappings are invalid.
     * On {@link Invalidation#MOVED} map again at the next use; on {@link Invalidation#REVOKED} detach. The latter also
     * comes for what is still mapped when the bundle that attached it stops; core detaches then.
     *
     * <p>Called without any lock of core's; may close mappings and the attachment. It should take milliseconds: after
     * a configured time core goes on without it, and the hardware faults. What it throws is logged and ignored.
     *
     * @param attachment whose mappings end
     * @param reason why
     */
    void invalidated(Attachment attachment, Invalidation reason);
}
