// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.PromptMapping;

/**
 * A buffer of a restricted heap in the microcontroller's address space. Mapped and unmapped in normal mode, or while
 * the GPU is off. For the driver's thread.
 */
final class RestrictedMemory {
    private final DeviceImporter importer;
    private final AddressSpace space;
    private final long address;
    private final long size;
    private final boolean writable;
    private final DmaBuf buffer;
    private final Attachment attachment;
    private Optional<Mapping> mapping = Optional.empty();

    /**
     * Allocates, fills and attaches.
     *
     * @param fill puts the first content into the buffer, before core can wait for the driver because of it
     * @param settle called when core takes the memory away; returns when the GPU does not use it any more
     * @throws HeapException what heap and importers say; then nothing is allocated
     */
    RestrictedMemory(Heap heap, Importers importers, DeviceImporter importer, String name, AddressSpace space,
            long address, long size, boolean writable, Consumer<DmaBuf> fill, Consumer<Invalidation> settle) {
        this.importer = importer;
        this.space = space;
        this.address = address;
        this.size = size;
        this.writable = writable;
        this.buffer = heap.allocate(AllocationRequest.of(size).named(name));
        try {
            fill.accept(buffer);
            this.attachment = importers.attach(buffer, importer, Access.READ_WRITE);
        } catch (HeapException e) {
            buffer.close();
            throw e;
        }
        importer.use(attachment, settle);
    }

    long address() {
        return address;
    }

    boolean isMapped() {
        return mapping.filter(Mapping::isValid).isPresent();
    }

    /** Maps it, if it is not or was moved, and nobody {@linkplain #movers moves} it. The space is to be flushed. */
    void map() {
        if (!isMapped()) {
            mapping = PromptMapping.of(attachment, Access.READ_WRITE);
            mapping.ifPresent(opened -> space.map(address, MemoryRange.of(opened, size), writable));
        }
    }

    /** Who moves it, and is not done yet. */
    List<Fence> movers() {
        return PromptMapping.movers(Stream.of(attachment));
    }

    /** Takes it from the GPU; the space is to be flushed. */
    void unmap() {
        if (mapping.isPresent()) {
            space.unmap(address, size);
            mapping.get().close();
            mapping = Optional.empty();
        }
    }

    /** Gives it back. It is unmapped. */
    void release() {
        importer.detach(attachment);
        buffer.close();
    }
}
