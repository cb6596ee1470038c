// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.firmware.Destination;
import org.cloister.driver.panthor.firmware.Entry;
import org.cloister.driver.panthor.firmware.FirmwareImage;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.importer.Invalidation;

/**
 * What protected mode takes: a heap, and in its memory the sections of the firmware that are protected. They are there as
 * long as there is a protected group, so that a GPU that nobody uses so takes nothing. For the driver's thread, but for
 * {@link #isReady} and {@link #obstacle}.
 */
final class ProtectedMode {
    private static final String GAIN = "gain protected mode";

    private final GpuCore core;
    private final List<RestrictedMemory> sections = new ArrayList<>();
    private volatile Optional<Heap> heap = Optional.empty();
    private volatile Optional<HeapException> obstacle = Optional.empty();

    ProtectedMode(GpuCore core) {
        this.core = core;
    }

    /** Whether protected groups can be. For any thread. */
    boolean isReady() {
        return obstacle.isEmpty() && heap.filter(there -> there.state() == HeapState.AVAILABLE).isPresent();
    }

    /** Why there is no protected mode whatever heap there is, if so. For any thread. */
    Optional<HeapException> obstacle() {
        return obstacle;
    }

    Optional<Heap> heap() {
        return heap;
    }

    /** A heap is there. */
    void came(Heap found) {
        heap = Optional.of(found);
    }

    /** The heap is no longer there. */
    void went() {
        heap = Optional.empty();
    }

    /** Looks whether the firmware knows protected mode. */
    void examine(FirmwareImage image) {
        if (!image.hasProtectedSections()) {
            obstacle = Optional.of(new HeapException(HeapError.NOT_SUPPORTED, GAIN, core.name(),
                    "the firmware has no protected section", "have the GPU's firmware replaced"));
        }
    }

    /**
     * Puts the protected sections into memory of the heap, all or none, unless they are there. Normal mode.
     *
     * @throws HeapException what heap and importers say
     */
    void gain() {
        if (!sections.isEmpty()) {
            return;
        }
        try {
            for (Entry.Section section : core.firmware().image().sections()
                    .filter(section -> section.destination() == Destination.RESTRICTED).toList()) {
                sections.add(put(section, heap.orElseThrow()));
            }
        } catch (HeapException e) {
            release();
            throw e;
        }
    }

    private RestrictedMemory put(Entry.Section section, Heap from) {
        return allocate(from, "GPU firmware", section.vaStart(), section.size(), section.flags().writable(), buffer -> {
            if (section.dataSize() > 0) {
                buffer.write(0, core.firmware().image().content(section));
            }
        });
    }

    /** Takes restricted memory for a group's suspend buffer. */
    RestrictedMemory suspendBuffer(long address, long size) {
        return allocate(heap.orElseThrow(), "GPU suspend buffer", address, size, true, _ -> { });
    }

    private RestrictedMemory allocate(Heap from, String name, long address, long size, boolean writable,
            Consumer<DmaBuf> fill) {
        return new RestrictedMemory(from, core.importers(), core.uses().firmware(), name,
                core.microcontroller(), address, size, writable, fill, core::restrictedMemoryInvalidated);
    }

    /**
     * Has all restricted memory mapped that protected mode takes with a group's. Where some is being moved it is not,
     * and all is looked at again when the move is over. Normal mode.
     *
     * @throws HeapException when some was revoked
     */
    boolean map(Optional<RestrictedMemory> suspendBuffer) {
        List<RestrictedMemory> needed = Stream.concat(sections.stream(), suspendBuffer.stream()).toList();
        if (needed.stream().allMatch(RestrictedMemory::isMapped)) {
            return true;
        }
        needed.forEach(RestrictedMemory::map);
        core.microcontroller().flush();
        List<RestrictedMemory> missing = needed.stream().filter(memory -> !memory.isMapped()).toList();
        if (!missing.isEmpty()) {
            core.thread().after(missing.stream().flatMap(memory -> memory.movers().stream()).toList(), core::pump);
        }
        return missing.isEmpty();
    }

    /** Core takes the memory away. Normal mode, or off. */
    void invalidated(Invalidation reason) {
        sections.forEach(RestrictedMemory::unmap);
        if (reason == Invalidation.REVOKED) {
            release();
        }
    }

    /** Gives the memory back. Normal mode, or off. */
    void release() {
        sections.forEach(RestrictedMemory::unmap);
        if (core.mode().now() == GpuMode.NORMAL) {
            core.microcontroller().flush(); // before anybody else gets the memory
        }
        sections.forEach(RestrictedMemory::release);
        sections.clear();
    }
}
