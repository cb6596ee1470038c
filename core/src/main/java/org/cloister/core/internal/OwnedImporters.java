// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
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
        String what = "attach buffer " + buffer.id() + " to " + importer.name();
        owner.requireOpen(what);
        if (access == Access.NONE || !importer.constraints().access().allows(access)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "access " + access,
                    "the importer's constraints are made for " + importer.constraints().access(),
                    "attach for what the device does, or correct the importer's constraints");
        }
        if (!(buffer instanceof BufferReference reference)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, buffer.getClass().getName(),
                    "it was not made by this framework", "pass a buffer that a Heap allocated");
        }
        Buffer behind = reference.acquire(what);
        boolean done = false;
        try {
            check(what, behind, importer, access);
            var attachment = new BufferAttachment(behind, owner, importer, access, core.invalidator());
            if (!behind.add(attachment)) {
                throw behind.revoked();
            }
            done = true;
            if (!owner.attachments().add(attachment)) {
                attachment.close();
                throw owner.closed(what);
            }
            return attachment;
        } finally {
            if (!done) {
                behind.release();
            }
        }
    }

    private static void check(String what, Buffer buffer, Importer importer, Access access) {
        var obstacles = new ArrayList<>(Compatibility.obstacles(importer, access, buffer.heap().useCase(),
                buffer.tenure().attributes()).stream().filter(o -> !o.constraint().equals("address-width")).toList());
        buffer.pin();
        try {
            obstacles.addAll(Compatibility.obstacles(importer, buffer.memory()));
        } finally {
            buffer.unpin();
        }
        if (!obstacles.isEmpty()) {
            Compatibility.Obstacle first = obstacles.getFirst();
            List<String> all = obstacles.stream().map(o -> o.constraint() + ": " + o.why()).toList();
            throw new HeapException(first.error(), what, "heap " + buffer.heap().name(), String.join("; ", all),
                    "use a heap that Heaps.negotiate finds for this importer");
        }
    }
}
