// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;

/** A contiguous area that says it is exhausted now and then, and that tells the ledger what comes back. */
final class FaultyArea implements ContiguousArea {
    private final ContiguousArea next;
    private final Faults faults;
    private final Ledger ledger;

    FaultyArea(ContiguousArea next, Faults faults, Ledger ledger) {
        this.next = next;
        this.faults = faults;
        this.ledger = ledger;
    }

    @Override
    public String name() {
        return next.name();
    }

    @Override
    public boolean isDefault() {
        return next.isDefault();
    }

    @Override
    public long base() {
        return next.base();
    }

    @Override
    public long size() {
        return next.size();
    }

    @Override
    public long free() {
        return next.free();
    }

    @Override
    public long allocate(long size, long alignment) {
        if (faults.strike("area")) {
            throw new HeapException(HeapError.NO_MEMORY, "take " + size + " bytes", name(), "it is exhausted, it says",
                    "free some");
        }
        long address = next.allocate(size, alignment);
        ledger.taken(address, size);
        return address;
    }

    @Override
    public void release(long address) {
        ledger.givenBack(address);
        next.release(address);
    }
}
