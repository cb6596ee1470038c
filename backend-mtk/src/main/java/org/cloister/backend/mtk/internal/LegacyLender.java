// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.dt.AddressRange;
import org.cloister.pool.Lender;

/**
 * Memory of an application with the legacy numbering, which never tells where a buffer is. So each allocation takes a
 * whole range whose place is known, all of the carve-out or all of a block that is handed over, and buffers are carved
 * out of it here. Safe for use by any thread.
 */
final class LegacyLender implements Lender {
    private final TaLoans loans;
    private final MemoryType type;
    private final AddressRange carveOut;
    private final Optional<ContiguousArea> area;
    private final Runnable onReleased;
    private final AtomicBoolean carveOutTaken = new AtomicBoolean();

    private LegacyLender(TaLoans loans, MemoryType type, AddressRange carveOut, Optional<ContiguousArea> area,
            Runnable onReleased) {
        this.loans = loans;
        this.type = type;
        this.carveOut = carveOut;
        this.area = area;
        this.onReleased = onReleased;
    }

    /** Of a carve-out. */
    static LegacyLender of(TaLoans loans, AddressRange carveOut, Runnable onReleased) {
        return new LegacyLender(loans, MemoryType.CM_TZ, carveOut, Optional.empty(), onReleased);
    }

    /** Of contiguous memory. */
    static LegacyLender of(TaLoans loans, ContiguousArea area, Runnable onReleased) {
        return new LegacyLender(loans, MemoryType.CM_CMA, new AddressRange(area.base(), area.size()),
                Optional.of(area), onReleased);
    }

    @Override
    public long take(long size, long alignment) {
        if (area.isPresent()) {
            return area.get().allocate(size, alignment);
        }
        if (size != carveOut.size() || !carveOutTaken.compareAndSet(false, true)) {
            throw new HeapException(HeapError.NO_MEMORY, "take the carve-out", type.heap(),
                    "it is in use, or smaller than 0x%x bytes".formatted(size), "free buffers, or ask for less");
        }
        return carveOut.base();
    }

    @Override
    public long lend(long address, long size) {
        return loans.lend(type, new AddressRange(address, size));
    }

    @Override
    public void reclaim(long handle) {
        loans.reclaim((int) handle);
    }

    @Override
    public void giveBack(long address) {
        area.ifPresentOrElse(from -> from.release(address), () -> carveOutTaken.set(false));
    }

    @Override
    public long available() {
        return area.map(ContiguousArea::free).orElseGet(() -> carveOutTaken.get() ? 0 : carveOut.size());
    }

    @Override
    public Optional<TeeMemory> teeMemory(long handle, long offset, long address) {
        return Optional.of(new TeeMemory.Physical(loans.tee(), address));
    }

    @Override
    public Optional<String> tee() {
        return loans.tee();
    }

    @Override
    public void released() {
        onReleased.run();
    }
}
