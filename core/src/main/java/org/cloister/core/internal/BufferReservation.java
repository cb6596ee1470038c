// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Reservation;

/** The fences of one buffer. Guarded by its own monitor; nobody waits while holding it. */
final class BufferReservation implements Reservation {
    private record Entry(Fence fence, Fence.Usage usage) {}

    private final long buffer;
    private final List<Entry> entries = new ArrayList<>();

    BufferReservation(long buffer) {
        this.buffer = buffer;
    }

    @Override
    public synchronized void add(Fence fence, Fence.Usage usage) {
        Objects.requireNonNull(fence, "fence");
        Objects.requireNonNull(usage, "usage");
        entries.removeIf(e -> e.fence().isSignalled());
        if (!fence.isSignalled()) {
            entries.add(new Entry(fence, usage));
        }
    }

    @Override
    public synchronized List<Fence> pending(Fence.Usage usage) {
        return entries.stream().filter(e -> e.usage().compareTo(usage) <= 0 && !e.fence().isSignalled())
                .map(Entry::fence).toList();
    }

    @Override
    public boolean isIdle(Fence.Usage usage) {
        return pending(usage).isEmpty();
    }

    @Override
    public long await(Fence.Usage usage, long budgetNanos) {
        if (budgetNanos < 0) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "wait for fences", "buffer " + buffer,
                    "the budget of " + budgetNanos + " ns is negative", "pass zero to test, or a time to wait");
        }
        long left = budgetNanos;
        for (List<Fence> wanted = pending(usage); !wanted.isEmpty(); wanted = pending(usage)) {
            for (Fence fence : wanted) {
                if (fence.isSignalled()) {
                    continue;
                }
                left = fence.await(left);
                if (left == 0) {
                    return 0;
                }
            }
        }
        return Math.max(1, left);
    }
}
