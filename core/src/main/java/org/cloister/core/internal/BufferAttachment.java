// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.cloister.backend.PoolBuffer;
import org.cloister.core.internal.BufferMapping.Ending;
import org.cloister.heap.Access;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Reservation;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;

/** A device's use of a buffer; holds a reference until it is closed, once. Safe for use by any thread. */
final class BufferAttachment extends OpenSet.Member implements Attachment, Buffer.Revocable {
    private final Buffer buffer;
    private final Owner owner;
    private final Importer importer;
    private final String importerName; // asked once: importers are foreign code
    private final String initiator;
    private final Constraints wants;
    private final Access access;
    private final Core core;
    private final List<BufferMapping> mappings = new ArrayList<>(); // guarded by this
    private boolean closed; // guarded by this

    /** Takes over a reference to {@code buffer} that the caller has acquired. */
    BufferAttachment(Buffer buffer, Owner owner, Importer importer, String importerName, String initiator,
            Constraints wants, Access access, Core core) {
        this.initiator = initiator;
        this.wants = wants;
        this.buffer = buffer;
        this.owner = owner;
        this.importer = importer;
        this.importerName = importerName;
        this.access = access;
        this.core = core;
    }

    @Override
    public Importer importer() {
        return importer;
    }

    String importerName() {
        return importerName;
    }

    String initiator() {
        return initiator;
    }

    Buffer buffer() {
        return buffer;
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
        String what = "map buffer " + buffer.id() + " for " + importerName;
        Objects.requireNonNull(wanted, "access");
        if (wanted == Access.NONE || !access.allows(wanted)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "access " + wanted,
                    "the attachment was made for " + access, "attach the buffer for what the device will do");
        }
        requireOpen(what);
        buffer.requireNotRevoked();
        Reservation fences = buffer.reservation();
        long left = Math.max(0, TimeUnit.NANOSECONDS.convert(budget));
        while (true) {
            left = fences.await(Fence.Usage.KERNEL, left);
            if (left == 0) {
                throw new HeapException(HeapError.TIMED_OUT, what, "buffer " + buffer.id(),
                        "memory management is not done: " + fences.pending(Fence.Usage.KERNEL),
                        "wait longer, or find out who hangs");
            }
            synchronized (this) {
                requireOpen(what);
                buffer.requireNotRevoked(); // a revocation from now on waits for this monitor before it ends mappings
                if (!buffer.isMoving()) { // likewise a move; one that has begun has a fence
                    var mapping = new BufferMapping(this, buffer.memory(), wanted);
                    mappings.add(mapping);
                    return mapping;
                }
            }
        }
    }

    /** Why the device could not use the buffer in memory of another tenure, if it could not. */
    Optional<String> obstacle(Tenure elsewhere, PoolBuffer memory) {
        List<Compatibility.Obstacle> obstacles = new ArrayList<>(Compatibility.permission(wants, initiator, access,
                buffer.heap().useCase(), elsewhere.attributes()));
        obstacles.addAll(Compatibility.shape(wants, memory));
        return obstacles.stream().findFirst().map(obstacle -> importerName + ": " + obstacle.why());
    }

    /** The buffer is about to move: the device stops, and its mappings end. */
    void moving() {
        core.invalidator().invalidate(this, Invalidation.MOVED);
        endMappings(Ending.MOVED);
    }

    /** A mapping that stands keeps nothing in place: the device is told. */
    @Override
    public boolean pins() {
        return false;
    }

    private synchronized void requireOpen(String what) {
        if (closed) {
            throw new HeapException(HeapError.CLOSED, what, "the attachment", "it was closed",
                    "attach the buffer again");
        }
    }

    /** A mapping was closed. */
    synchronized void unmapped(BufferMapping mapping) {
        mappings.remove(mapping);
    }

    /** What the backend did when it was asked about the buffer. */
    HeapException misconduct(String what, Throwable thrown) {
        return core.misconduct(buffer.tenure(), what, "it threw " + thrown, thrown);
    }

    @Override
    public void revoke() {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        core.invalidator().invalidate(this, Invalidation.REVOKED);
        endMappings(Ending.REVOKED);
    }

    private void endMappings(Ending why) {
        List<BufferMapping> toEnd;
        synchronized (this) {
            toEnd = List.copyOf(mappings);
            mappings.clear();
        }
        toEnd.forEach(mapping -> mapping.end(why));
    }

    /** Tells whether the device may be at work. */
    synchronized boolean isMapped() {
        return !mappings.isEmpty();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        endMappings(Ending.CLOSED);
        buffer.remove(this);
        owner.attachments().remove(this);
        buffer.release();
    }

    @Override
    public String toString() {
        return "attachment of buffer " + buffer.id() + " to " + importerName;
    }
}
