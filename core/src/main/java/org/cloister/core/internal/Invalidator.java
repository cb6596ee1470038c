// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.function.Supplier;
import org.cloister.heap.HeapException;
import org.cloister.importer.Invalidation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells importers that mappings end, and waits for them, but not for ever. */
final class Invalidator {
    private static final Logger LOG = LoggerFactory.getLogger(Invalidator.class);

    private final Guard guard;
    private final Supplier<Duration> limit;

    Invalidator(Guard guard, Supplier<Duration> limit) {
        this.guard = guard;
        this.limit = limit;
    }

    void invalidate(BufferAttachment attachment, Invalidation reason) {
        try {
            guard.call("importer " + attachment.importerName(), "stop using buffer " + attachment.bufferId(),
                    limit.get(), () -> {
                        attachment.importer().invalidated(attachment, reason);
                        return null;
                    });
        } catch (HeapException e) {
            LOG.warn("importer of {} did not stop in order", attachment, e);
        }
    }
}
