// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloister.driver.panthor.firmware.Destination;
import org.cloister.driver.panthor.firmware.Entry;
import org.cloister.driver.panthor.firmware.FirmwareImage;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * A firmware's sections in memory: those that are not protected in normal memory, mapped for the microcontroller. Those
 * that are protected come and go with the heap: see {@link ProtectedMode}. For the driver's thread.
 */
final class LoadedFirmware {
    private final FirmwareImage image;
    private final NormalMemory memory;
    private final Map<Entry.Section, Long> places = new LinkedHashMap<>(); // physical addresses
    private final Entry.Section shared;

    /**
     * Puts all sections in place, or none.
     *
     * @param space the microcontroller's
     * @throws HeapException {@code NOT_SUPPORTED} for an image without a shared section, {@code NO_MEMORY}
     */
    LoadedFirmware(String device, FirmwareImage image, NormalMemory memory, AddressSpace space) {
        this.image = image;
        this.memory = memory;
        this.shared = image.sharedSection().filter(section -> section.size() > 0)
                .orElseThrow(() -> new HeapException(HeapError.NOT_SUPPORTED, "load the firmware", device,
                        "no section of the image is shared with the host", "have the GPU's firmware replaced"));
        List<Entry.Section> normal = image.sections().filter(section -> section.destination() == Destination.NORMAL
                || section.destination() == Destination.SHARED).toList();
        try {
            normal.forEach(section -> places.put(section, memory.take(section.size())));
        } catch (HeapException e) {
            places.values().forEach(memory::giveBack);
            throw e;
        }
        places.forEach((section, place) -> space.map(section.vaStart(), place, section.size(),
                section.flags().writable(), section.flags().executable()));
        fill();
    }

    /** Puts the first content of all sections in place, again after each reset. */
    void fill() {
        places.forEach((section, place) -> {
            memory.cpu().fill(place, section.size(), (byte) 0);
            if (section.dataSize() > 0) {
                memory.cpu().write(place, image.content(section));
            }
        });
    }

    FirmwareImage image() {
        return image;
    }

    /** The physical address of the shared section. */
    long sharedBase() {
        return places.get(shared);
    }

    /** Bytes of the shared section. */
    long sharedSize() {
        return shared.size();
    }
}
