// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.UseCase;
import org.cloister.platform.ContiguousArea;
import org.cloister.pool.Lender;

/** Lends from a contiguous area to the secure processor, for one use case. Safe for use by any thread. */
final class PspLender implements Lender {
    private final Protector protector;
    private final ContiguousArea area;
    private final UseCase useCase;
    private final Withheld withheld;
    private final Withheld.Tidings tidings;
    private final Runnable onReleased;
    private final Map<Long, Long> lent = new ConcurrentHashMap<>(); // sizes, by cookie

    /**
     * Has nothing lent yet.
     *
     * @param withheld what pools before could not get back
     * @param tidings told of what becomes of that
     * @param onReleased run once, with the pool's end
     */
    PspLender(Protector protector, ContiguousArea area, UseCase useCase, Withheld withheld, Withheld.Tidings tidings,
            Runnable onReleased) {
        this.protector = protector;
        this.area = area;
        this.useCase = useCase;
        this.withheld = withheld;
        this.tidings = tidings;
        this.onReleased = onReleased;
    }

    /** {@inheritDoc} A processor that is dead is found out here, where nothing was taken yet. */
    @Override
    public long take(long size, long alignment) {
        protector.session();
        withheld.retry(useCase, tidings);
        return area.allocate(size, alignment);
    }

    @Override
    public long lend(long address, long size) {
        long cookie = protector.protect(address, size, useCase.id());
        lent.put(cookie, size);
        return cookie;
    }

    @Override
    public void reclaim(long handle) {
        protector.release(handle);
        lent.remove(handle);
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
    public long withheld() {
        return withheld.bytes(useCase);
    }

    @Override
    public long retryWithheld() {
        return withheld.retry(useCase, tidings);
    }

    /** {@inheritDoc} What could not be taken back is for the next pool to try; a cookie is an address. */
    @Override
    public void released() {
        lent.forEach((cookie, size) -> withheld.add(cookie, cookie, size, useCase));
        onReleased.run();
    }
}
