// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.heap.DmaBuf;

/** Core, as far as this backend needs it: writes down what it is told. */
final class TestHost implements BackendHost {
    final AtomicInteger changes = new AtomicInteger();
    final List<Pool> failed = new CopyOnWriteArrayList<>();
    final List<String> quarantined = new CopyOnWriteArrayList<>();
    final List<String> loans = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();

    @Override
    public void offersChanged() {
        changes.incrementAndGet();
    }

    @Override
    public void failed(Pool pool, String why) {
        failed.add(pool);
    }

    @Override
    public void quarantined(Pool pool, long address, long size, String why) {
        quarantined.add("0x%x+0x%x".formatted(address, size));
    }

    @Override
    public void lent(Pool pool, long address, long size) {
        loans.add("lent 0x%x+0x%x".formatted(address, size));
    }

    @Override
    public void reclaimed(Pool pool, long address, long size) {
        loans.add("reclaimed 0x%x+0x%x".formatted(address, size));
    }

    @Override
    public void faulted(Pool pool, long address, long size, String why) {
        loans.add("faulted 0x%x+0x%x".formatted(address, size));
        faults.add(why);
    }

    @Override
    public BorrowedBuffer borrow(DmaBuf buffer) {
        throw new AssertionError("nothing is borrowed here");
    }
}
