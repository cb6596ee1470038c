// SPDX-License-Identifier: Apache-2.0
package org.cloister.stress;

import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.heap.Access;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;

/** A driver that lets go at once, and counts how often it was told to. Safe for use by any thread. */
final class Reader implements Importer {
    private final AtomicInteger told = new AtomicInteger();

    boolean isTold() {
        return told.get() > 0;
    }

    @Override
    public String name() {
        return "reader";
    }

    @Override
    public String initiator() {
        return "reader";
    }

    @Override
    public Constraints constraints() {
        return Constraints.builder().access(Access.READ).build();
    }

    @Override
    public void invalidated(Attachment attachment, Invalidation reason) {
        told.incrementAndGet();
    }
}
