// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.cloister.admin.BufferHold;
import org.cloister.admin.BufferReport;
import org.cloister.admin.BufferUse;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.MemoryExtent;
import org.cloister.admin.QuotaReport;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.BufferState;
import org.cloister.heap.Explanation.Reason;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** Looks into core, and steers its elections, for those who run the machine. Safe for use by any thread. */
final class Administration implements HeapAdmin {
    /** What is known of one buffer so far. */
    private record Found(Buffer buffer, List<BufferHold> holds, List<BufferUse> uses) {}

    private final Core core;
    private final Supplier<Collection<Owner>> owners;

    /** @param owners the bundles that use heaps now */
    Administration(Core core, Supplier<Collection<Owner>> owners) {
        this.core = core;
        this.owners = owners;
    }

    @Override
    public List<BufferReport> buffers() {
        Map<Long, Found> found = new TreeMap<>();
        for (Owner owner : owners.get()) {
            for (BufferReference reference : owner.references().snapshot()) {
                found(found, reference.buffer()).holds()
                        .add(new BufferHold(owner.name(), core.age(reference.openedAt())));
            }
            for (BufferAttachment attachment : owner.attachments().snapshot()) {
                found(found, attachment.buffer()).uses().add(new BufferUse(owner.name(), attachment.importerName(),
                        attachment.initiator(), attachment.access(), attachment.isMapped()));
            }
        }
        return found.values().stream().filter(one -> one.buffer().state() != BufferState.RELEASED)
                .map(this::report).toList();
    }

    private static Found found(Map<Long, Found> all, Buffer buffer) {
        return all.computeIfAbsent(buffer.id(), id -> new Found(buffer, new ArrayList<>(), new ArrayList<>()));
    }

    private BufferReport report(Found found) {
        Buffer buffer = found.buffer();
        found.holds().sort(Comparator.comparing(BufferHold::age).reversed());
        found.uses().sort(Comparator.comparing(BufferUse::importer));
        Tenure tenure = buffer.tenure();
        BufferState state = buffer.state();
        return new BufferReport(buffer.id(), buffer.name(), tenure.record(), buffer.size(), state,
                buffer.payer().name(), found.holds(), found.uses(),
                state == BufferState.LIVE ? memory(buffer, tenure) : List.of());
    }

    /** Where a buffer is; its backend is asked, which may fail. */
    private List<MemoryExtent> memory(Buffer buffer, Tenure tenure) {
        Optional<PoolBuffer> place = buffer.place();
        if (place.isEmpty()) {
            return List.of();
        }
        PoolBuffer memory = place.get();
        try {
            return core.calls().call(tenure, "tell where a buffer is", () -> IntStream.range(0, memory.segments())
                    .mapToObj(i -> new MemoryExtent(memory.address(i), memory.length(i))).toList());
        } catch (HeapException unknown) {
            return List.of();
        }
    }

    @Override
    public List<QuotaReport> quotas() {
        return core.quotas().reports(owners.get());
    }

    @Override
    public void swap(String heap, String backend) {
        String what = "let backend " + Objects.requireNonNull(backend, "backend") + " serve a heap";
        String name = known(what, heap);
        List<String> allowed = core.settings().preferences().get(name);
        if (allowed != null && !allowed.contains(backend)) {
            throw new HeapException(HeapError.NOT_PERMITTED, what, "heap " + name, "the configuration lets only "
                    + allowed + " serve it", "change heap.backends of core to include it");
        }
        Decisions before = core.decide(decisions -> decisions.choose(name, backend));
        if (!serves(name, backend)) {
            core.decide(decisions -> before);
            throw new HeapException(HeapError.UNAVAILABLE, what, "heap " + name,
                    core.elections().standings(name).stream().filter(reason -> reason.backend().equals(backend))
                            .map(Reason::text).findFirst()
                            .orElse("backend " + backend + " is not there, or knows nothing of the heap"),
                    "choose another backend, or remove what is in its way");
        }
    }

    private boolean serves(String heap, String backend) {
        ManagedHeap served = core.registry().byName().get(heap);
        return served != null && served.backend().equals(backend);
    }

    @Override
    public void drain(String heap) {
        String name = known("drain a heap", heap);
        core.decide(decisions -> decisions.drain(name));
    }

    @Override
    public void restore(String heap) {
        String name = known("let the configuration decide about a heap", heap);
        core.decide(decisions -> decisions.restore(name));
    }

    /** The heap's name, if anybody ever knew of it. */
    private String known(String what, String name) {
        ManagedHeap heap = core.registry().byName().get(Objects.requireNonNull(name, "heap"));
        String canonical = heap == null ? Registry.canonical(name) : heap.name();
        if (heap == null && !core.elections().knownNames().contains(canonical)) {
            throw new HeapException(HeapError.NO_SUCH_HEAP, what, "heap " + name, "nobody ever offered it",
                    "look at the spelling: there are " + String.join(" and ", core.elections().knownNames()));
        }
        return canonical;
    }
}
