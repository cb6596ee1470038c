// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.Heaps;
import org.cloister.heap.Negotiation;
import org.cloister.heap.UseCase;
import org.cloister.importer.Importer;

/** Heaps that can be listed, waited for and explained, and do nothing else. */
final class FakeHeaps implements Heaps {
    record FakeHeap(String name, UseCase useCase, HeapState state, String backend, HeapAttributes attributes,
            Supplier<HeapUsage> figures) implements Heap {
        @Override
        public HeapUsage usage() {
            return figures.get();
        }

        @Override
        public long retryQuarantined() {
            return 0;
        }

        @Override
        public DmaBuf allocate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DmaBuf allocate(AllocationRequest request) {
            throw new UnsupportedOperationException();
        }
    }

    final List<Heap> heaps = new ArrayList<>();
    Function<String, Heap> awaited = name -> find(name).orElseThrow();
    Function<String, Explanation> explanations = name -> {
        throw new UnsupportedOperationException();
    };

    @Override
    public Optional<Heap> find(String name) {
        return heaps.stream().filter(heap -> heap.name().equals(name)).findFirst();
    }

    @Override
    public List<Heap> list() {
        return List.copyOf(heaps);
    }

    @Override
    public Heap await(String name, Duration budget) {
        return awaited.apply(name);
    }

    @Override
    public CompletionStage<Heap> whenAvailable(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Explanation explain(String name) {
        return explanations.apply(name);
    }

    @Override
    public Negotiation negotiate(long size, UseCase useCase, Collection<? extends Importer> importers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DmaBuf reference(DmaBuf buffer) {
        throw new UnsupportedOperationException();
    }
}
