// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.Objects;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.UseCase;

/** A heap as one bundle sees it. */
final class OwnedHeap implements Heap {
    private final ManagedHeap heap;
    private final Owner owner;

    OwnedHeap(ManagedHeap heap, Owner owner) {
        this.heap = heap;
        this.owner = owner;
    }

    @Override
    public String name() {
        return heap.name();
    }

    @Override
    public UseCase useCase() {
        return heap.useCase();
    }

    @Override
    public HeapState state() {
        return heap.state();
    }

    @Override
    public String backend() {
        return heap.backend();
    }

    @Override
    public HeapAttributes attributes() {
        return heap.attributes();
    }

    @Override
    public HeapUsage usage() {
        return heap.usage();
    }

    @Override
    public long retryQuarantined() {
        owner.requireOpen("make quarantined memory of " + heap + " safe");
        return heap.retryQuarantined();
    }

    @Override
    public DmaBuf allocate(long size) {
        return heap.allocate(owner, AllocationRequest.of(size));
    }

    @Override
    public DmaBuf allocate(AllocationRequest request) {
        return heap.allocate(owner, Objects.requireNonNull(request, "request"));
    }

    @Override
    public String toString() {
        return heap.toString();
    }
}
