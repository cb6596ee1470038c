// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.SplittableRandom;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;

/** Buffers that a device writes, which takes its time, and that are handed on before it is done. */
final class Content {
    private static final Duration LONG = Duration.ofDays(1);
    private static final int LATEST_MILLIS = 200;

    private final World world;
    private final Importers importers;
    private final SplittableRandom random;

    /** @param importers of the bundle that has the buffers */
    Content(World world, Importers importers, SplittableRandom random) {
        this.world = world;
        this.importers = importers;
        this.random = random;
    }

    /** Does something with a buffer, whose content may not be there yet. */
    interface User {
        void use(DmaBuf buffer);
    }

    /**
     * Hands on a buffer of which each page begins with a stamp once its fence is signalled, and gives it back.
     *
     * @throws HeapException what heap, importers and user say
     */
    void filled(Heap heap, long size, long stamp, User user) {
        DmaBuf buffer = heap.allocate(size);
        try {
            Device writer = world.writer(heap.useCase());
            Attachment attachment = importers.attach(buffer, writer, Access.READ_WRITE);
            Fence written = new Fence("content of buffer " + buffer.id());
            attachment.reservation().add(written, Fence.Usage.WRITE);
            world.scheduler().start("writer", () -> write(writer, attachment, written, stamp));
            user.use(buffer);
        } finally {
            buffer.close();
        }
    }

    private void write(Device writer, Attachment attachment, Fence written, long stamp) {
        world.scheduler().pause(Duration.ofMillis(random.nextInt(LATEST_MILLIS)).toNanos());
        try (attachment) {
            while (!written.isSignalled()) {
                int told = writer.told(attachment.bufferId());
                try (Mapping mapping = attachment.map(Access.READ_WRITE, LONG)) {
                    if (told == writer.told(attachment.bufferId())) {
                        write(writer, mapping, stamp);
                        written.signal();
                    }
                }
            }
        } catch (HeapException e) {
            written.fail(e);
        }
    }

    private static void write(Device writer, Mapping mapping, long stamp) {
        for (SegmentCursor at = mapping.cursor(); at.next();) {
            for (long address = at.address(); address < at.address() + at.length(); address += Block.PAGE) {
                writer.memory().writeLong(address, stamp);
            }
        }
    }
}
