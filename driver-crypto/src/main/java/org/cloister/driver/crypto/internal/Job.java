// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.device.MemoryRange;

/**
 * Memory on its way through the engine: attached when the job is made, mapped when it begins, let go when it is done.
 * {@link #done} is for any thread; all else is called by one thread at a time.
 */
final class Job {
    private final Importers importers;
    private final Duration limit;
    private final List<Part> parts = new ArrayList<>();
    private final List<Fence> awaited = new ArrayList<>();
    private final Fence done;
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private volatile boolean atDevice;

    private static final class Part {
        private final EngineImporter importer;
        private final Attachment attachment;
        private final Access access;
        private Optional<Mapping> mapping = Optional.empty();

        Part(EngineImporter importer, Attachment attachment, Access access) {
            this.importer = importer;
            this.attachment = attachment;
            this.access = access;
        }
    }

    Job(String name, Importers importers, Duration limit) {
        this.importers = importers;
        this.limit = limit;
        this.done = new Fence(name);
    }

    /** Adds a buffer; gives its number. What was added before is let go when this one is refused. */
    int add(EngineImporter importer, DmaBuf buffer, Access access) {
        try {
            Attachment attachment = importers.attach(buffer, importer, access);
            importer.use(attachment, this::settle);
            parts.add(new Part(importer, attachment, access));
            return parts.size() - 1;
        } catch (HeapException e) {
            end();
            throw e;
        }
    }

    /** Announces the job to all others who use its memory; after the last {@link #add}. */
    void announce() {
        for (Part part : parts) {
            boolean writes = part.access.writes();
            awaited.addAll(part.attachment.reservation().pending(writes ? Fence.Usage.READ : Fence.Usage.WRITE));
            part.attachment.reservation().add(done, writes ? Fence.Usage.WRITE : Fence.Usage.READ);
        }
    }

    /** Whom it waits for. */
    List<Fence> awaited() {
        return awaited;
    }

    Fence done() {
        return done;
    }

    /** Completes when it is done, with what everybody may know. */
    CompletableFuture<byte[]> result() {
        return result;
    }

    /** The engine is about to have it. */
    void begin() {
        atDevice = true;
    }

    /** The first {@code length} bytes of a buffer, for the engine. */
    List<MemoryRange> ranges(int part, long length) {
        Part wanted = parts.get(part);
        Mapping mapping = wanted.attachment.map(wanted.access, limit);
        wanted.mapping = Optional.of(mapping);
        List<MemoryRange> ranges = new ArrayList<>();
        SegmentCursor cursor = mapping.cursor();
        long left = length;
        while (left > 0 && cursor.next()) {
            long piece = Math.min(left, cursor.length());
            ranges.add(new MemoryRange(cursor.address(), piece));
            left -= piece;
        }
        return ranges;
    }

    /** Core ends a mapping: the engine is done in a moment. */
    private void settle() {
        if (atDevice) {
            done.await(limit.toNanos());
        }
    }

    void succeed(byte[] known) {
        end();
        done.signal();
        result.complete(known);
    }

    void fail(HeapException reason) {
        end();
        done.fail(reason);
        result.completeExceptionally(reason);
    }

    private void end() {
        for (Part part : parts) {
            part.mapping.ifPresent(Mapping::close);
            part.importer.detach(part.attachment);
        }
        parts.clear();
    }
}
