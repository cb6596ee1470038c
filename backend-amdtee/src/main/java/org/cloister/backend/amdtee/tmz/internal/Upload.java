// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tmz.internal;

import java.lang.foreign.MemorySegment;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.MemoryEncryption;
import org.cloister.pool.PoolMemory;

/**
 * How clear text gets into encrypted memory: what the CPU writes there itself would be garbage, so it writes to normal
 * memory, from where the copy engine takes it in secure mode. Normal memory is wiped before the call returns.
 *
 * <p>Safe for use by any thread; {@code this} guards the normal memory.
 */
final class Upload implements PoolMemory {
    private static final long SIZE = 256 * 1024;

    private final MemoryEncryption unit;
    private final PhysicalMemory memory;
    private final ContiguousArea area;
    private final long staging;

    /**
     * Takes normal memory to copy from, until {@link #released()}.
     *
     * @throws HeapException {@code NO_MEMORY} when there is none
     */
    Upload(MemoryEncryption unit, PhysicalMemory memory, ContiguousArea area) {
        this.unit = unit;
        this.memory = memory;
        this.area = area;
        this.staging = area.allocate(SIZE, 1);
    }

    @Override
    public synchronized void write(long address, MemorySegment from) {
        long length = from.byteSize();
        try {
            for (long done = 0; done < length; done += SIZE) {
                MemorySegment piece = from.asSlice(done, Math.min(SIZE, length - done));
                memory.write(staging, piece);
                unit.copy(staging, address + done, piece.byteSize());
            }
        } catch (BusFault e) {
            throw new HeapException(HeapError.FAULT, "write with the CPU", "encrypted memory", e.getMessage(),
                    "let the copy engine pass the firewall", e);
        } finally {
            memory.fill(staging, Math.min(SIZE, length), (byte) 0);
        }
    }

    @Override
    public void released() {
        area.release(staging);
    }
}
