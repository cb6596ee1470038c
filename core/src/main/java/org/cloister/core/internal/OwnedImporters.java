// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.List;
import java.util.Objects;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;

/** Attaches buffers to devices on behalf of one bundle. */
final class OwnedImporters implements Importers {
    private final Core core;
    private final Owner owner;

    OwnedImporters(Core core, Owner owner) {
        this.core = core;
        this.owner = owner;
    }

    @Override
    public Attachment attach(DmaBuf buffer, Importer importer, Access access) {
        Objects.requireNonNull(access, "access");
        String name = Objects.requireNonNull(importer.name(), "the importer's name");
        Constraints wants = Objects.requireNonNull(importer.constraints(), "the importer's constraints");
        String what = "attach buffer " + buffer.id() + " to " + name;
        owner.requireOpen(what);
        if (access == Access.NONE || !wants.access().allows(access)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "access " + access,
                    "the importer's constraints are made for " + wants.access(),
                    "attach for what the device does, or correct the importer's constraints");
        }
        if (!(buffer instanceof BufferReference reference)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, buffer.getClass().getName(),
                    "it was not made by this framework", "pass a buffer that a Heap allocated");
        }
        String initiator = Objects.requireNonNull(importer.initiator(), "the initiator");
        Buffer behind = reference.acquire(what);
        var attachment = // has the reference
                new BufferAttachment(behind, owner, importer, name, initiator, wants, access, core);
        boolean done = false;
        boolean pinned = false;
        try {
            behind.pin(); // so that it stays where it is until the attachment is known
            pinned = true;
            check(what, Compatibility.permission(wants, initiator, access, behind.heap().useCase(),
                    behind.tenure().attributes()), behind);
            check(what, shape(wants, behind), behind);
            if (!behind.add(attachment)) {
                throw behind.revoked();
            }
            if (!owner.attachments().add(attachment)) {
                throw owner.closed(what);
            }
            done = true;
            return attachment;
        } finally {
            if (pinned) {
                behind.unpin();
            }
            if (!done) {
                attachment.close();
            }
        }
    }

    private static List<Compatibility.Obstacle> shape(Constraints wants, Buffer buffer) {
        return buffer.heap().calls().call(buffer.tenure(), "tell where a buffer is",
                () -> Compatibility.shape(wants, buffer.memory()));
    }

    private static void check(String what, List<Compatibility.Obstacle> obstacles, Buffer buffer) {
        if (!obstacles.isEmpty()) {
            List<String> all = obstacles.stream().map(o -> o.constraint() + ": " + o.why()).toList();
            throw new HeapException(obstacles.getFirst().error(), what, "heap " + buffer.heap().name(),
                    String.join("; ", all), "use a heap that Heaps.negotiate finds for this importer");
        }
    }
}
