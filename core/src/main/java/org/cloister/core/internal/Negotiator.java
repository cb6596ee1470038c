// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Negotiation;
import org.cloister.heap.Negotiation.Exclusion;
import org.cloister.heap.UseCase;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;

/** Chooses a heap that a set of importers can share. */
final class Negotiator {
    private Negotiator() {}

    static Negotiation negotiate(long size, UseCase useCase, List<? extends Importer> importers, List<Heap> heaps) {
        String what = "choose a heap";
        if (size <= 0) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "size " + size, "a buffer has at least one byte",
                    "ask for a size greater than zero");
        }
        if (importers.isEmpty()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "no importer", "there is nothing to choose by",
                    "pass at least one importer");
        }
        boolean restricted = !useCase.equals(UseCase.NONE) || importers.stream()
                .anyMatch(i -> i.constraints().restriction() == Constraints.Restriction.REQUIRED);
        var exclusions = new ArrayList<Exclusion>();
        var qualified = new ArrayList<Heap>();
        for (Heap heap : heaps) {
            List<Exclusion> against = exclusions(heap, size, useCase, importers);
            exclusions.addAll(against);
            if (against.isEmpty()) {
                qualified.add(heap);
            }
        }
        Comparator<Heap> best = Comparator.<Heap, Boolean>comparing(h -> h.attributes().restricted() != restricted)
                .thenComparing(h -> h.attributes().granularity()).thenComparing(Heap::name);
        Optional<Heap> chosen = qualified.stream().min(best);
        exclusions.sort(Comparator.comparing(Exclusion::heap).thenComparing(Exclusion::importer));
        return new Negotiation(chosen, exclusions);
    }

    private static List<Exclusion> exclusions(
            Heap heap, long size, UseCase useCase, List<? extends Importer> importers) {
        var found = new ArrayList<Exclusion>();
        HeapAttributes attributes = heap.attributes();
        if (heap.state() != HeapState.AVAILABLE) {
            found.add(new Exclusion(heap.name(), "", "state", "the heap is " + heap.state()));
            return found;
        }
        if (!useCase.equals(UseCase.NONE) && !heap.useCase().equals(useCase)) {
            found.add(new Exclusion(heap.name(), "", "use-case",
                    "the buffer is for " + useCase + " and the heap for " + heap.useCase()));
        }
        try {
            heap.usage().capacity().ifPresent(capacity -> {
                if (size > capacity) {
                    found.add(new Exclusion(heap.name(), "", "size",
                            size + " bytes are wanted and the heap has " + capacity));
                }
            });
        } catch (HeapException e) {
            found.add(new Exclusion(heap.name(), "", "state", e.getMessage()));
        }
        for (Importer importer : importers) {
            Constraints wants = importer.constraints();
            Stream.concat(Compatibility.permission(wants, importer.initiator(), wants.access(), heap.useCase(),
                    attributes).stream(), Compatibility.shape(wants, size, attributes).stream()).forEach(o -> found.add(
                            new Exclusion(heap.name(), importer.name(), o.constraint(), o.why())));
        }
        return found;
    }
}
