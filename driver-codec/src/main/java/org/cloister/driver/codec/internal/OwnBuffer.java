// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.importer.Attachment;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.PromptMapping;

/** A buffer that the device works in, and nobody else. For one thread at a time. */
final class OwnBuffer {
    private final DeviceImporter importer;
    private final DmaBuf buffer;
    private final Attachment attachment;
    private Optional<Mapping> mapping = Optional.empty();

    /**
     * Allocates it.
     *
     * @param what what it is, for people who look at buffers
     * @throws org.cloister.heap.HeapException what the heap or the importer says; then nothing is allocated
     */
    OwnBuffer(HeapSource source, String what, long size, DeviceImporter importer) {
        HeapSource.Attached own = source.allocate(what, size, importer, Access.READ_WRITE);
        this.importer = importer;
        this.buffer = own.buffer();
        this.attachment = own.attachment();
    }

    DmaBuf buffer() {
        return buffer;
    }

    /** Whether it was taken away for good. */
    boolean isRevoked() {
        return buffer.state() == BufferState.REVOKED;
    }

    /** From now on {@code settle} is told before core ends the mapping. */
    void use(Consumer<Invalidation> settle) {
        importer.use(attachment, settle);
    }

    /** Maps it, anew if it was moved, and gives the descriptor; nothing while {@link #movers} move it. */
    Optional<List<MemoryRange>> map() {
        if (mapping.filter(Mapping::isValid).isEmpty()) {
            mapping = PromptMapping.of(attachment, Access.READ_WRITE);
        }
        return mapping.map(open -> MemoryRange.of(open, buffer.size()));
    }

    /** Who moves it, and is not done yet. */
    List<Fence> movers() {
        return PromptMapping.movers(Stream.of(attachment));
    }

    /** Lets go of the mapping; the next use maps anew. */
    void unmap() {
        mapping.ifPresent(Mapping::close);
        mapping = Optional.empty();
    }

    /** Gives it back. */
    void release() {
        unmap();
        importer.detach(attachment);
        buffer.close();
    }
}
