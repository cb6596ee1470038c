// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.lang.foreign.MemorySegment;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.PhysicalMemory;
import org.cloister.pool.PoolMemory;

/**
 * A carve-out as the CPU reaches it: for writing at most, when boot firmware granted that. Safe for use by any thread.
 */
final class CpuMemory implements PoolMemory {
    private final String node;
    private final PhysicalMemory memory;

    CpuMemory(String node, PhysicalMemory memory) {
        this.node = node;
        this.memory = memory;
    }

    @Override
    public void write(long address, MemorySegment from) {
        try {
            memory.write(address, from);
        } catch (BusFault e) {
            throw new HeapException(HeapError.FAULT, "write with the CPU", node, e.getMessage(),
                    "compare the grants that are declared with what boot firmware has set", e);
        }
    }
}
