// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The outcome of {@link Heaps#negotiate}.
 *
 * @param heap the heap to allocate from; empty when none qualifies
 * @param exclusions for every heap that does not qualify, each constraint that excludes it, sorted by heap, then
 *     importer
 */
@ProviderType
public record Negotiation(Optional<Heap> heap, List<Exclusion> exclusions) {
    /** Copies the list. */
    public Negotiation {
        exclusions = List.copyOf(exclusions);
    }

    /**
     * The chosen heap.
     *
     * @return the heap
     * @throws HeapException {@code UNREACHABLE} with all exclusions as its reason when there is none
     */
    public Heap orElseThrow() {
        return heap.orElseThrow(() -> new HeapException(HeapError.UNREACHABLE, "choose a heap", "all heaps",
                exclusions.isEmpty() ? "there is no heap" : String.join("; ",
                        exclusions.stream().map(Exclusion::toString).toList()),
                "relax a constraint or deploy a backend that meets them all"));
    }

    /**
     * One reason why one heap is out.
     *
     * @param heap the heap's name
     * @param importer the name of the importer whose constraint excludes it, or an empty string when it is the heap's
     *     own state or the request
     * @param constraint the constraint, such as {@code "address-width"}
     * @param why what is wanted and what the heap has
     */
    @ProviderType
    public record Exclusion(String heap, String importer, String constraint, String why) {
        @Override
        public String toString() {
            return heap + (importer.isEmpty() ? "" : ", importer " + importer) + ": " + constraint + ": " + why;
        }
    }
}
