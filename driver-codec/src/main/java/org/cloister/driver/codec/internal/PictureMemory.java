// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.driver.codec.internal.PictureBuffer.Place;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.platform.driver.DeviceImporter;

/**
 * The buffers of a session that pictures are written to. The heap is looked up by name for each allocation, so that it
 * may appear late. For the session's thread.
 */
final class PictureMemory {
    private final Heaps heaps;
    private final Importers importers;
    private final String heapName;
    private final DeviceImporter importer;
    private final List<PictureBuffer> buffers = new ArrayList<>();
    private long neededSize;
    private int neededCount;

    PictureMemory(Heaps heaps, Importers importers, String heapName, DeviceImporter importer) {
        this.heaps = heaps;
        this.importers = importers;
        this.heapName = heapName;
        this.importer = importer;
    }

    /** From now on {@code count} buffers of at least {@code size} bytes are needed; useless ones are released. */
    void require(long size, int count) {
        neededSize = size;
        neededCount = count;
        buffers().forEach(this::releaseIfUseless);
    }

    /**
     * Allocates what is missing.
     *
     * @throws HeapException what the heap or the importer says; buffers that were had are kept
     */
    void allocate() {
        for (long i = fitting(); i < neededCount; i++) {
            buffers.add(newBuffer());
        }
    }

    /** Runs {@code action} when the heap can serve allocations; never if the driver stops first. */
    void whenHeapAppears(Runnable action) {
        heaps.whenAvailable(heapName).thenRun(action);
    }

    private PictureBuffer newBuffer() {
        Heap heap = heaps.find(heapName).orElseThrow(() -> new HeapException(HeapError.NO_SUCH_HEAP,
                "allocate memory for pictures", "heap " + heapName, heaps.explain(heapName).toString(),
                "deploy a backend that serves it, or name another heap"));
        DmaBuf buffer = heap.allocate(AllocationRequest.of(neededSize).named("decoded picture"));
        try {
            Attachment attachment = importers.attach(buffer, importer, Access.WRITE);
            return new PictureBuffer(importer, buffer, attachment);
        } catch (HeapException e) {
            buffer.close();
            throw e;
        }
    }

    /** Those that are there, in or out of use: a snapshot. */
    List<PictureBuffer> buffers() {
        return List.copyOf(buffers);
    }

    private long fitting() {
        return buffers.stream().filter(this::fits).count();
    }

    /** Whether more is needed than there is. */
    boolean isShort() {
        return fitting() < neededCount;
    }

    private boolean fits(PictureBuffer buffer) {
        return buffer.buffer().size() >= neededSize && buffer.buffer().state() == BufferState.LIVE;
    }

    /** Releases a buffer that is idle, and too short or revoked; tells whether it did. */
    boolean releaseIfUseless(PictureBuffer buffer) {
        boolean useless = buffer.place() == Place.IDLE && !fits(buffer);
        if (useless) {
            buffer.release();
            buffers.remove(buffer);
        }
        return useless;
    }

    /** Releases all. */
    void close() {
        buffers.forEach(PictureBuffer::release);
        buffers.clear();
    }
}
