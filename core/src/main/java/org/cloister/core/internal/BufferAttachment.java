// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.cloister.heap.Access;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Reservation;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;

/** A device's use of a buffer; holds a reference until it is closed, once. Safe for use by any thread. */
final class BufferAttachment extends OpenSet.Member implements Attachment, Buffer.Revocable {
    private final Buffer buffer;
    private final Owner owner;
    private final Importer importer;
    private final Access access;
    private final Invalidator invalidator;
    private final List<BufferMapping> mappings = new ArrayList<>(); // guarded by this
    private boolean closed; // guarded by this

    /** Takes over a reference to {@code buffer} that the caller has acquired. */
    BufferAttachment(Buffer buffer, Owner owner, Importer importer, Access access, Invalidator invalidator) {
        this.buffer = buffer;
        this.owner = owner;
        this.importer = importer;
        this.access = access;
        this.invalidator = invalidator;
    }

    Owner owner() {
        return owner;
    }

    @Override
    public Importer importer() {
        return importer;
    }

    @Override
    public long bufferId() {
        return buffer.id();
    }

    @Override
    public long size() {
        return buffer.size();
    }

    @Override
    public BufferRecord record() {
        return buffer.tenure().record();
    }

    @Override
    public Reservation reservation() {
        return buffer.reservation();
    }

    @Override
    public Access access() {
        return access;
    }

    @Override
    public Mapping map(Access wanted, Duration budget) {
        String what = "map buffer " + buffer.id() + " for " + importer.name();
        Objects.requireNonNull(wanted, "access");
        if (wanted == Access.NONE || !access.allows(wanted)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "access " + wanted,
                    "the attachment was made for " + access, "attach the buffer for what the device will do");
        }
        buffer.requireNotRevoked();
        if (buffer.reservation().await(Fence.Usage.KERNEL, Math.max(0, budget.toNanos())) == 0) {
            throw new HeapException(HeapError.TIMED_OUT, what, "buffer " + buffer.id(), "memory management is not done: "
                    + buffer.reservation().pending(Fence.Usage.KERNEL), "wait longer, or find out who hangs");
        }
        synchronized (this) {
            if (closed) {
                throw new HeapException(HeapError.CLOSED, what, "the attachment", "it was closed",
                        "attach the buffer again");
            }
            var mapping = new BufferMapping(this, buffer.memory(), wanted);
            buffer.requireNotRevoked();
            mappings.add(mapping);
            return mapping;
        }
    }

    /** A mapping was closed. */
    synchronized void unmapped(BufferMapping mapping) {
        mappings.remove(mapping);
    }

    @Override
    public void revoke() {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        invalidator.invalidate(this, Invalidation.REVOKED);
        endMappings(HeapError.REVOKED);
    }

    private void endMappings(HeapError why) {
        List<BufferMapping> toEnd;
        synchronized (this) {
            toEnd = List.copyOf(mappings);
            mappings.clear();
        }
        toEnd.forEach(mapping -> mapping.end(why));
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        endMappings(HeapError.CLOSED);
        buffer.remove(this);
        owner.attachments().remove(this);
        buffer.release();
    }

    @Override
    public String toString() {
        return "attachment of buffer " + buffer.id() + " to " + importer.name();
    }
}
