// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.cloister.heap.Access;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.Reservation;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;

/**
 * What devices may touch: mappings that their drivers were given, until the driver closes them or has been told that they
 * end and has said that its device has stopped. Stands between drivers and core, and believes neither.
 */
final class Mappings {
    private final Set<Shown> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Consumer<Violation> findings;

    Mappings(Consumer<Violation> findings) {
        this.findings = findings;
    }

    /** What a driver gets instead of what core gives it. */
    Importers watch(Importers core) {
        return (buffer, importer, access) -> {
            var told = new Told(importer);
            var attachment = new Seen(core.attach(buffer, told, access), importer);
            told.attachments.put(attachment.next, attachment);
            return attachment;
        };
    }

    /** A device is about to read or write. */
    void touched(String device, long address, long length) {
        var range = new Range(address, length);
        if (open.stream().filter(one -> one.attachment.importer.initiator().equals(device))
                .noneMatch(one -> one.pieces.stream().anyMatch(piece -> piece.contains(range)))) {
            findings.accept(new Violation(5, "the %s touches %s, which its driver was told to let go of"
                    .formatted(device, range)));
        }
    }

    private final class Told implements Importer {
        private final Importer next;
        private final Map<Attachment, Seen> attachments = new IdentityHashMap<>();

        Told(Importer next) {
            this.next = next;
        }

        @Override
        public String name() {
            return next.name();
        }

        @Override
        public String initiator() {
            return next.initiator();
        }

        @Override
        public Constraints constraints() {
            return next.constraints();
        }

        @Override
        public void invalidated(Attachment attachment, Invalidation reason) {
            Seen seen = attachments.get(attachment);
            if (seen == null) {
                return; // it is being attached, and nobody has mapped it
            }
            List<Shown> standing = List.copyOf(seen.shown);
            next.invalidated(seen, reason);
            standing.forEach(Shown::end);
        }
    }

    private final class Seen implements Attachment {
        private final Attachment next;
        private final Importer importer;
        private final List<Shown> shown = new ArrayList<>();

        Seen(Attachment next, Importer importer) {
            this.next = next;
            this.importer = importer;
        }

        @Override
        public Importer importer() {
            return importer;
        }

        @Override
        public long bufferId() {
            return next.bufferId();
        }

        @Override
        public long size() {
            return next.size();
        }

        @Override
        public BufferRecord record() {
            return next.record();
        }

        @Override
        public Reservation reservation() {
            return next.reservation();
        }

        @Override
        public Access access() {
            return next.access();
        }

        @Override
        public Mapping map(Access access, Duration budget) {
            var mapping = new Shown(next.map(access, budget), this);
            shown.add(mapping);
            open.add(mapping);
            return mapping;
        }

        @Override
        public void close() {
            List.copyOf(shown).forEach(Shown::end);
            next.close();
        }
    }

    private final class Shown implements Mapping {
        private final Mapping next;
        private final Seen attachment;
        private final List<Range> pieces = new ArrayList<>();

        Shown(Mapping next, Seen attachment) {
            this.next = next;
            this.attachment = attachment;
            for (SegmentCursor at = next.cursor(); at.next();) {
                pieces.add(new Range(at.address(), at.length()));
            }
        }

        private void end() {
            open.remove(this);
            attachment.shown.remove(this);
        }

        @Override
        public Access access() {
            return next.access();
        }

        @Override
        public long size() {
            return next.size();
        }

        @Override
        public boolean isValid() {
            return next.isValid();
        }

        @Override
        public SegmentCursor cursor() {
            return next.cursor();
        }

        @Override
        public void close() {
            end();
            next.close();
        }
    }
}
