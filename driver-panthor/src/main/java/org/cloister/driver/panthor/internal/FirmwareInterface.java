// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.driver.panthor.firmware.FirmwareImage;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.mali.HostInterface;

/** The interface that a firmware has described in the shared section, checked. For the driver's thread. */
final class FirmwareInterface {
    private static final int LEAST_GROUPS = 3;
    private static final int MOST_GROUPS = 31;
    private static final int LEAST_STREAMS = 8;
    private static final int MOST_STREAMS = 32;
    /** Bytes that every input and output area has at least. */
    private static final int AREA = 0x80;
    private static final long MOST_SUSPENDED = 1 << 20;

    private final String device;
    private final PhysicalMemory cpu;
    private final long base;
    private final long size;
    private final Port global;
    private final List<Port> groups = new ArrayList<>();
    private final List<Port> streams = new ArrayList<>();
    private final long suspendSize;
    private final long protectedSuspendSize;

    /**
     * Reads what a booted firmware says.
     *
     * @param base the physical address of the shared section
     * @param size its bytes
     * @throws HeapException {@code PROTOCOL} when that is not possible
     */
    FirmwareInterface(String device, PhysicalMemory cpu, long base, long size) {
        this.device = device;
        this.cpu = cpu;
        this.base = base;
        this.size = size;
        if (cpu.readInt(base + HostInterface.VERSION) == 0) {
            throw wrong("it says that its version is 0");
        }
        global = port(base + HostInterface.GLOBAL_INPUT, base + HostInterface.GLOBAL_OUTPUT);
        int count = between("groups", cpu.readInt(base + HostInterface.GROUPS), LEAST_GROUPS, MOST_GROUPS);
        int stride = cpu.readInt(base + HostInterface.GROUP_STRIDE);
        long first = inside(HostInterface.FIRST_GROUP, AREA);
        suspendSize = suspended(first + HostInterface.SUSPEND_SIZE);
        protectedSuspendSize = suspended(first + HostInterface.PROTM_SUSPEND_SIZE);
        for (int group = 0; group < count; group++) {
            long control = inside(HostInterface.FIRST_GROUP + (long) group * Integer.toUnsignedLong(stride), AREA);
            groups.add(port(control + HostInterface.INPUT, control + HostInterface.OUTPUT));
            between("streams", cpu.readInt(control + HostInterface.STREAMS), LEAST_STREAMS, MOST_STREAMS);
            long stream = control + HostInterface.FIRST_STREAM;
            streams.add(port(stream + HostInterface.INPUT, stream + HostInterface.OUTPUT));
        }
    }

    private long suspended(long at) {
        long bytes = Integer.toUnsignedLong(cpu.readInt(at));
        if (bytes == 0 || bytes > MOST_SUSPENDED) {
            throw wrong("a suspend buffer has %d bytes, not 1 to %d".formatted(bytes, MOST_SUSPENDED));
        }
        return bytes;
    }

    private int between(String what, int found, int least, int most) {
        if (found < least || found > most) {
            throw wrong("it has %d %s, not %d to %d".formatted(found, what, least, most));
        }
        return found;
    }

    private Port port(long input, long output) {
        return new Port(cpu, area(cpu.readInt(input)), area(cpu.readInt(output)));
    }

    /** Where the CPU finds an address of the microcontroller's. */
    private long area(int address) {
        return inside(Integer.toUnsignedLong(address) - FirmwareImage.SHARED_START, AREA);
    }

    private long inside(long offset, int length) {
        if (offset < 0 || offset + length > size || offset % Integer.BYTES != 0) {
            throw wrong("an area is at 0x%x of the shared section, which has 0x%x bytes".formatted(offset, size));
        }
        return base + offset;
    }

    private HeapException wrong(String why) {
        return new HeapException(HeapError.PROTOCOL, "talk to the firmware", device, why,
                "have the GPU's firmware replaced");
    }

    /** The interface that is there once. */
    Port global() {
        return global;
    }

    /** How many groups there can be. */
    int groups() {
        return groups.size();
    }

    Port group(int number) {
        return groups.get(number);
    }

    /** The first stream of a group, the only one that this driver uses. */
    Port stream(int group) {
        return streams.get(group);
    }

    long suspendSize() {
        return suspendSize;
    }

    long protectedSuspendSize() {
        return protectedSuspendSize;
    }
}
