// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.Negotiation;
import org.cloister.heap.UseCase;
import org.cloister.importer.Importer;

/**
 * All heaps as one bundle sees them.
 *
 * <p>Look-up is one volatile read, one comparison and one hash probe: the view by name is made anew only after the
 * registry was replaced.
 */
final class OwnedHeaps implements Heaps {
    /** The map is not changed any more. A hash map, because {@code Map.copyOf} probes on where names are alike. */
    private record View(Registry of, HashMap<String, Optional<Heap>> byName) {}

    private final Core core;
    private final Owner owner;
    private final Map<ManagedHeap, Heap> owned = new ConcurrentHashMap<>();
    private volatile View view = new View(Registry.EMPTY, new HashMap<>());

    OwnedHeaps(Core core, Owner owner) {
        this.core = core;
        this.owner = owner;
    }

    Owner owner() {
        return owner;
    }

    /** This bundle's object for a heap, always the same. */
    Heap of(ManagedHeap heap) {
        return owned.computeIfAbsent(heap, h -> new OwnedHeap(h, owner));
    }

    @Override
    public Optional<Heap> find(String name) {
        View current = view;
        Registry registry = core.registry();
        if (current.of() != registry) {
            current = view(registry);
        }
        Optional<Heap> found = current.byName().get(Objects.requireNonNull(name, "name"));
        return found == null ? Optional.empty() : found;
    }

    private View view(Registry registry) {
        var names = new HashMap<String, Optional<Heap>>();
        registry.byName().forEach((name, heap) -> names.put(name, Optional.of(of(heap))));
        var fresh = new View(registry, names);
        view = fresh;
        return fresh;
    }

    @Override
    public List<Heap> list() {
        return core.registry().heaps().stream().map(this::of).toList();
    }

    private Optional<Heap> available(String name) {
        return find(name).filter(heap -> heap.state() == HeapState.AVAILABLE);
    }

    @Override
    public Heap await(String name, Duration budget) {
        String what = "wait for a heap";
        owner.requireOpen(what);
        Optional<Heap> now = available(name);
        if (now.isPresent()) {
            return now.get();
        }
        if (budget.isZero() || budget.isNegative()) {
            throw timedOut(name, budget);
        }
        var result = new CompletableFuture<Heap>();
        core.availability().await(owner, () -> available(name), result);
        try {
            return result.get(TimeUnit.NANOSECONDS.convert(budget), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw timedOut(name, budget);
        } catch (ExecutionException e) {
            throw owner.closed(what);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeapException(HeapError.INTERRUPTED, what, "heap " + name, "the thread was interrupted",
                    "wait again if it is still wanted", e);
        } finally {
            core.availability().forget(result);
        }
    }

    private HeapException timedOut(String name, Duration budget) {
        return new HeapException(HeapError.TIMED_OUT, "wait for a heap", "heap " + name,
                "not available after " + TimeUnit.MILLISECONDS.convert(budget) + " ms: "
                        + explain(name).reasons().stream().map(Explanation.Reason::text).collect(Collectors.joining("; ")),
                "deploy a backend that serves it, or wait longer");
    }

    @Override
    public CompletionStage<Heap> whenAvailable(String name) {
        var result = new CompletableFuture<Heap>();
        core.availability().await(owner, () -> available(name), result);
        return result.minimalCompletionStage();
    }

    @Override
    public Explanation explain(String name) {
        return Explainer.explain(name, core);
    }

    @Override
    public Negotiation negotiate(long size, UseCase useCase, Collection<? extends Importer> importers) {
        return Negotiator.negotiate(size, useCase, List.copyOf(importers), list());
    }

    @Override
    public DmaBuf reference(DmaBuf buffer) {
        Objects.requireNonNull(buffer, "buffer");
        owner.requireOpen("take a reference");
        if (!(buffer instanceof BufferReference reference)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "take a reference", buffer.getClass().getName(),
                    "it was not made by this framework", "pass a buffer that a Heap allocated");
        }
        Buffer behind = reference.acquire("take a reference");
        return behind.heap().open(behind, owner);
    }
}
