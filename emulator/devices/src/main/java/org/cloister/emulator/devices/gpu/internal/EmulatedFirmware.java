// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.mali.GpuRegister;

/**
 * The file that a driver of the emulated GPU is to load: an image as published ones are, with sections of all three
 * kinds of memory. Its code is a vector table; what the microcontroller does is emulated. Published images do as well.
 */
public final class EmulatedFirmware implements FirmwareFiles {
    private static final int READ = 1;
    private static final int WRITE = 1 << 1;
    private static final int EXECUTE = 1 << 2;
    private static final int CACHED = 1 << 3;
    private static final int PROTECTED = 1 << 5;
    private static final int SHARED = 1 << 30;
    private static final int ZERO = 1 << 31;
    private static final int HEADER = 20;
    private static final int SECTION = 24;
    private static final int MAGIC = 0xc3f13a6e;
    private static final int[][] SECTIONS = {
        {READ | EXECUTE | CACHED, 0, 0x1000},
        {READ | WRITE | CACHED | ZERO, 0x0200_0000, 0x0200_4000},
        {READ | WRITE | CACHED | PROTECTED, (int) SharedSection.PROTECTED_SECTION, 0x0301_0000},
        {READ | WRITE | SHARED | ZERO, 0x0400_0000, 0x0401_0000},
    };
    private static final int STACK = 0x0200_4000;
    private static final int RESET_VECTOR = 0x9;
    private static final int VECTORS = 8;

    /** Makes the file system. */
    public EmulatedFirmware() {
    }

    @Override
    public Optional<byte[]> find(String path) {
        return path.equals(GpuRegister.firmwarePath(GpuModel.ID)) ? Optional.of(image()) : Optional.empty();
    }

    /** The image. */
    public static byte[] image() {
        int entries = HEADER + SECTIONS.length * SECTION;
        ByteBuffer image = ByteBuffer.allocate(entries + VECTORS).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(MAGIC).put((byte) 3).put((byte) 0).putShort((short) 0).putInt(1).putInt(0).putInt(entries);
        for (int[] section : SECTIONS) {
            boolean code = section[1] == 0;
            image.putInt(SECTION << 8);
            for (int word : section) {
                image.putInt(word);
            }
            image.putInt(entries).putInt(code ? entries + VECTORS : entries);
        }
        return image.putInt(STACK).putInt(RESET_VECTOR).array();
    }
}
