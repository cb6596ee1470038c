// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;

/** Memory of the driver's that CPU and GPU both use: taken from a contiguous area. For the driver's thread. */
final class NormalMemory {
    private static final int PAGE = 4096;

    private final ContiguousArea area;
    private final PhysicalMemory cpu;
    private final Set<Long> taken = new HashSet<>();

    NormalMemory(ContiguousArea area, PhysicalMemory cpu) {
        this.area = area;
        this.cpu = cpu;
    }

    /** Takes zeroed memory; gives its physical address. */
    long take(long size) {
        long address = area.allocate(size, PAGE);
        taken.add(address);
        cpu.fill(address, size + PAGE - 1 & -PAGE, (byte) 0);
        return address;
    }

    /** Gives memory back. */
    void giveBack(long address) {
        if (taken.remove(address)) {
            area.release(address);
        }
    }

    PhysicalMemory cpu() {
        return cpu;
    }

    /** Gives all of it back. */
    void close() {
        List.copyOf(taken).forEach(this::giveBack);
    }
}
