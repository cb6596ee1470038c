// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.Optional;
import org.cloister.backend.Pool;
import org.cloister.backend.SecureCopier;
import org.cloister.backend.TeeMemory;
import org.cloister.backend.optee.abi.internal.Driver;
import org.cloister.backend.optee.abi.internal.LoanTerms;
import org.cloister.backend.optee.tee.internal.OpteeCopier;
import org.cloister.backend.optee.tee.internal.OpteeTee;
import org.cloister.heap.UseCase;
import org.cloister.platform.ContiguousArea;
import org.cloister.pool.Lender;
import org.cloister.pool.RegionBudget;

/** Lends from a contiguous area to OP-TEE, for one use case. Safe for use by any thread. */
final class OpteeLender implements Lender {
    private final Driver driver;
    private final ContiguousArea area;
    private final UseCase useCase;
    private final LoanTerms terms;
    private final RegionLedger regions;
    private final Neighbours neighbours;
    private final OpteeTee tee;

    /** Holds on to the driver until the pool is destroyed. */
    OpteeLender(Driver driver, ContiguousArea area, UseCase useCase, LoanTerms terms, RegionLedger regions,
            Neighbours neighbours, OpteeTee tee) {
        this.driver = driver;
        this.area = area;
        this.useCase = useCase;
        this.terms = terms;
        this.regions = regions;
        this.neighbours = neighbours;
        this.tee = tee;
        driver.retain();
    }

    @Override
    public long take(long size, long alignment) {
        return area.allocate(size, alignment);
    }

    @Override
    public long lend(long address, long size) {
        regions.take(useCase.heapName());
        try {
            return driver.loans().lend(address, size, useCase.id(), terms);
        } catch (RuntimeException | Error e) {
            if (Lender.isRefusal(e)) {
                regions.give();
            }
            throw e;
        }
    }

    @Override
    public void assign(long handle) {
        driver.loans().assign(handle, useCase.id());
    }

    @Override
    public void release(long handle) {
        driver.loans().release(handle);
    }

    @Override
    public void reclaim(long handle) {
        driver.loans().reclaim(handle);
        regions.give();
    }

    @Override
    public void giveBack(long address) {
        area.release(address);
    }

    @Override
    public long available() {
        return area.free();
    }

    @Override
    public Optional<RegionBudget> regions() {
        return regions.budget();
    }

    @Override
    public boolean makeRoom() {
        return neighbours.makeRoomFor(this);
    }

    @Override
    public Optional<TeeMemory> teeMemory(long handle, long offset, long address) {
        return Optional.of(new TeeMemory.Parent(OpteeBackend.ID, handle, offset));
    }

    @Override
    public Optional<String> tee() {
        return Optional.of(tee.id());
    }

    @Override
    public Optional<SecureCopier> copier(Pool pool) {
        return Optional.of(new OpteeCopier(tee, pool, neighbours::has));
    }

    @Override
    public void released() {
        neighbours.remove(this);
        driver.release();
    }
}
