// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.driver.codec.internal.PictureBuffer.Place;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.platform.driver.DeviceImporter;

/** The buffers of a session that pictures are written to. For the session's thread. */
final class PictureMemory {
    private final HeapSource source;
    private final DeviceImporter importer;
    private final List<PictureBuffer> buffers = new ArrayList<>();
    private long neededSize;
    private int neededCount;

    PictureMemory(HeapSource source, DeviceImporter importer) {
        this.source = source;
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
     * @throws org.cloister.heap.HeapException what the heap or the importer says; buffers that were had are kept
     */
    void allocate() {
        for (long i = fitting(); i < neededCount; i++) {
            buffers.add(newBuffer());
        }
    }

    private PictureBuffer newBuffer() {
        HeapSource.Attached own = source.allocate("decoded picture", neededSize, importer, Access.WRITE);
        return new PictureBuffer(importer, own.buffer(), own.attachment());
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
