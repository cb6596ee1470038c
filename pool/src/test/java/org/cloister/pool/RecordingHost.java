// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.heap.DmaBuf;

/** A host that writes down what it is told. */
final class RecordingHost implements BackendHost {
    record Quarantine(long address, long size, String why) {}

    final List<Quarantine> quarantines = new CopyOnWriteArrayList<>();
    final Queue<String> faults = new ConcurrentLinkedQueue<>();
    final List<String> failures = new CopyOnWriteArrayList<>();
    /** What became of ranges, in order, such as {@code lent 40000000+100000}. */
    private final Queue<String> told = new ConcurrentLinkedQueue<>();

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
        tell("quarantined", address, size);
    }

    @Override
    public void lent(Pool pool, long address, long size) {
        tell("lent", address, size);
    }

    @Override
    public void reclaimed(Pool pool, long address, long size) {
        tell("reclaimed", address, size);
    }

    @Override
    public void faulted(Pool pool, long address, long size, String why) {
        tell(why.replaceAll("it could not be ([a-z ]+): .*", "not $1"), address, size);
        faults.add(why);
    }

    private void tell(String what, long address, long size) {
        told.add("%s %x+%x".formatted(what, address, size));
    }

    /** What became of ranges since this was asked last. */
    List<String> told() {
        List<String> all = new ArrayList<>();
        for (String one = told.poll(); one != null; one = told.poll()) {
            all.add(one);
        }
        return all;
    }

    @Override
    public BorrowedBuffer borrow(DmaBuf buffer) {
        throw new AssertionError("a pool borrows nothing");
    }
}
