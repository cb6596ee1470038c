// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.concurrent.atomic.AtomicLong;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * A bundle that uses heaps, and all that it has open. Safe for use by any thread.
 */
final class Owner {
    private final String name;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong allocations = new AtomicLong();
    private final OpenSet<BufferReference> references = new OpenSet<>();
    private final OpenSet<BufferAttachment> attachments = new OpenSet<>();
    private volatile boolean closed;

    /** @param name the bundle's symbolic name */
    Owner(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** Bytes of the live buffers that it allocated. */
    AtomicLong bytes() {
        return bytes;
    }

    /** Counts allocations, for sampling. */
    long nextAllocation() {
        return allocations.getAndIncrement();
    }

    OpenSet<BufferReference> references() {
        return references;
    }

    OpenSet<BufferAttachment> attachments() {
        return attachments;
    }

    boolean isClosed() {
        return closed;
    }

    /** Nothing new is opened for this bundle from now on. */
    void close() {
        closed = true;
    }

    /** Refuses when the bundle has stopped. */
    void requireOpen(String what) {
        if (closed) {
            throw closed(what);
        }
    }

    HeapException closed(String what) {
        return new HeapException(HeapError.CLOSED, what, "bundle " + name, "it has stopped",
                "obtain the service again after it was started");
    }
}
