// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.backend.PoolMapping;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.HeapAttributes;
import org.cloister.pool.PoolMemory;
import org.cloister.tck.machine.SmallMachine;

/** A range of the small machine, protected as long as pools are open over it where its attributes say so. */
final class MachineMemory implements PoolMemory {
    private final SmallMachine machine;

    /** @param attributes what protects it; empty for normal memory */
    MachineMemory(SmallMachine machine, long base, long size, Optional<HeapAttributes> attributes) {
        this.machine = machine;
        attributes.ifPresent(kept -> BootProtection.apply(machine, base, size, kept));
    }

    @Override
    public void write(long address, MemorySegment from) {
        machine.write(address, from);
    }

    @Override
    public void read(long address, MemorySegment into) {
        machine.read(address, into);
    }

    @Override
    @SuppressWarnings("restricted") // reinterpret: within the same bounds, to end with the mapping
    public PoolMapping map(long address, long size, Access access) {
        Arena arena = Arena.ofShared();
        MemorySegment mapped = machine.map(address, size).reinterpret(arena, null);
        return new PoolMapping() {
            @Override
            public MemorySegment segment() {
                return mapped;
            }

            @Override
            public void close() {
                if (arena.scope().isAlive()) {
                    arena.close();
                }
            }
        };
    }

    @Override
    public TeeMemory teeMemory(long address) {
        return new TeeMemory.Physical(Optional.of(SampleBackend.ID), address);
    }
}
