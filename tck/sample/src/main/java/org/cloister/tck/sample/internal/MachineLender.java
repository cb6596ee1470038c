// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample.internal;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.HeapAttributes;
import org.cloister.pool.Lender;
import org.cloister.pool.RegionBudget;
import org.cloister.tck.machine.SmallMachine;

/** Lends memory of the small machine to its firmware. */
final class MachineLender implements Lender {
    private final SmallMachine machine;
    private final HeapAttributes attributes;
    private final AtomicInteger regions = new AtomicInteger();

    MachineLender(SmallMachine machine, HeapAttributes attributes) {
        this.machine = machine;
        this.attributes = attributes;
    }

    @Override
    public long take(long size, long alignment) {
        return machine.take(size, alignment);
    }

    @Override
    public long lend(long address, long size) {
        machine.protect(address, size, attributes.grants().orElseThrow());
        regions.incrementAndGet();
        return address;
    }

    @Override
    public void reclaim(long handle) {
        machine.release(handle);
        regions.decrementAndGet();
    }

    @Override
    public void giveBack(long address) {
        machine.giveBack(address);
    }

    @Override
    public long available() {
        return machine.available();
    }

    @Override
    public Optional<RegionBudget> regions() {
        int used = regions.get();
        return Optional.of(new RegionBudget(used, used + machine.regionsLeft()));
    }

    @Override
    public Optional<TeeMemory> teeMemory(long handle, long offset, long address) {
        return Optional.of(new TeeMemory.Parent(SampleBackend.ID, handle, offset));
    }
}
