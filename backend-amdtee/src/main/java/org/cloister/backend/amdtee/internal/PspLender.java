// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.util.Optional;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.UseCase;
import org.cloister.platform.ContiguousArea;
import org.cloister.pool.Lender;

/** Lends from a contiguous area to the secure processor, for one use case. Safe for use by any thread. */
final class PspLender implements Lender {
    private final Protector protector;
    private final ContiguousArea area;
    private final UseCase useCase;
    private final Runnable onReleased;

    PspLender(Protector protector, ContiguousArea area, UseCase useCase, Runnable onReleased) {
        this.protector = protector;
        this.area = area;
        this.useCase = useCase;
        this.onReleased = onReleased;
    }

    /** {@inheritDoc} A processor that is dead is found out here, where nothing was taken yet. */
    @Override
    public long take(long size, long alignment) {
        protector.session();
        return area.allocate(size, alignment);
    }

    @Override
    public long lend(long address, long size) {
        return protector.protect(address, size, useCase.id());
    }

    @Override
    public void reclaim(long handle) {
        protector.release(handle);
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
    public Optional<TeeMemory> teeMemory(long handle, long offset, long address) {
        return Optional.of(new TeeMemory.Parent(AmdTeeBackend.ID, handle, offset));
    }

    @Override
    public void released() {
        onReleased.run();
    }
}
