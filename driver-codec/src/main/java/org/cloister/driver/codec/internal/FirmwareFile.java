// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.device.DecoderFirmware;
import org.cloister.platform.device.MemoryRange;

/**
 * The file with the decoder's firmware, and how it gets to the device: through normal memory, which is taken for that
 * moment. Safe for use by any thread.
 */
public final class FirmwareFile {
    private static final int PAGE = 4096;

    private final String path;
    private final FirmwareFiles files;
    private final ContiguousArea area;
    private final PhysicalMemory cpu;

    /**
     * Nothing is read yet.
     *
     * @param path of the file
     * @param files where it is
     * @param area where normal memory is taken
     * @param cpu memory as the CPU sees it
     */
    public FirmwareFile(String path, FirmwareFiles files, ContiguousArea area, PhysicalMemory cpu) {
        this.path = path;
        this.files = files;
        this.area = area;
        this.cpu = cpu;
    }

    /**
     * Bytes of the image.
     *
     * @throws HeapException {@code NOT_SUPPORTED} when there is no such file
     */
    long size() {
        return image().length;
    }

    private byte[] image() {
        return files.find(path).filter(image -> image.length > 0).orElseThrow(() -> new HeapException(
                HeapError.NOT_SUPPORTED, "load the firmware", path, "there is no such file, or nothing is in it",
                "install the firmware of the device"));
    }

    /**
     * Has the device boot.
     *
     * @param place where it is to run
     * @throws HeapException {@code NO_MEMORY}, and what {@link DecoderFirmware#load} says
     */
    void load(DecoderFirmware device, List<MemoryRange> place) {
        byte[] image = image();
        long staging = area.allocate(image.length, PAGE);
        try {
            cpu.write(staging, MemorySegment.ofArray(image));
            device.load(List.of(new MemoryRange(staging, image.length)), place);
        } finally {
            area.release(staging);
        }
    }
}
