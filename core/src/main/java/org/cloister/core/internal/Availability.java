// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.cloister.heap.Heap;

/**
 * Those who wait for a heap to become available. Woken after each election that changed something. What hangs on their
 * futures is foreign code, so they are completed by the executor.
 */
final class Availability {
    private record Waiter(Owner owner, Supplier<Optional<Heap>> look, CompletableFuture<Heap> result) {}

    private final Executor executor;
    private final List<Waiter> waiters = new ArrayList<>(); // guarded by this
    private boolean closed; // guarded by this

    Availability(Executor executor) {
        this.executor = executor;
    }

    /**
     * Completes {@code result} as soon as {@code look} finds the heap.
     *
     * @param look answers the heap once it is available; quick
     */
    void await(Owner owner, Supplier<Optional<Heap>> look, CompletableFuture<Heap> result) {
        boolean late;
        synchronized (this) {
            late = closed || owner.isClosed();
            if (!late) {
                waiters.add(new Waiter(owner, look, result));
            }
        }
        if (late) {
            close(List.of(new Waiter(owner, look, result)));
        } else {
            changed(); // it may have become available between the caller's look and ours
        }
    }

    /** Nobody waits for {@code result} any longer. */
    synchronized void forget(CompletableFuture<Heap> result) {
        waiters.removeIf(w -> w.result() == result);
    }

    /** Heaps have changed. */
    void changed() {
        List<Waiter> all;
        synchronized (this) {
            all = List.copyOf(waiters);
        }
        for (Waiter waiter : all) {
            waiter.look().get().ifPresent(heap -> {
                forget(waiter.result());
                executor.execute(() -> waiter.result().complete(heap));
            });
        }
    }

    /** The bundle has stopped. */
    void closed(Owner owner) {
        List<Waiter> gone;
        synchronized (this) {
            gone = waiters.stream().filter(w -> w.owner() == owner).toList();
            waiters.removeAll(gone);
        }
        close(gone);
    }

    /** Core stops. */
    void closeAll() {
        List<Waiter> gone;
        synchronized (this) {
            closed = true;
            gone = List.copyOf(waiters);
            waiters.clear();
        }
        close(gone);
    }

    private void close(List<Waiter> gone) {
        gone.forEach(w -> executor.execute(
                () -> w.result().completeExceptionally(w.owner().closed("wait for a heap"))));
    }
}
