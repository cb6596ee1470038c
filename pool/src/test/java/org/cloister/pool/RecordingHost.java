// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.heap.DmaBuf;

/** A host that writes down what it is told. */
final class RecordingHost implements BackendHost {
    record Quarantine(long address, long size, String why) {}

    final List<Quarantine> quarantines = new CopyOnWriteArrayList<>();
    final List<String> failures = new CopyOnWriteArrayList<>();

    @Override
    public void offersChanged() {
        throw new AssertionError("a pool has no offers");
    }

    @Override
    public void failed(Pool pool, String why) {
        failures.add(why);
    }

    @Override
    public void quarantined(Pool pool, long address, long size, String why) {
        quarantines.add(new Quarantine(address, size, why));
    }

    @Override
    public BorrowedBuffer borrow(DmaBuf buffer) {
        throw new AssertionError("a pool borrows nothing");
    }
}
