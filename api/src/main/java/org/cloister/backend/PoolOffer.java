// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A heap that a backend serves, or knows of and cannot serve.
 *
 * @param heap the heap's name; printable ASCII, not empty, without space and slash, as it is also a file name below
 *     {@code /dev/dma_heap}
 * @param useCase what the memory is for; registers the use case when it is a vendor's own
 * @param aliases other names for the heap, likewise
 * @param refusal why it cannot be served; empty when it can
 */
@ProviderType
public record PoolOffer(String heap, UseCase useCase, Set<String> aliases, Optional<Refusal> refusal) {
    /**
     * Why a heap cannot be served.
     *
     * @param why the reason, for people: {@code "the firmware accepts use case 1 only"}
     * @param remedy what can be done about it
     */
    @ProviderType
    public record Refusal(String why, String remedy) {
        /** Checks the components. */
        public Refusal {
            Objects.requireNonNull(why, "why");
            Objects.requireNonNull(remedy, "remedy");
        }
    }

    /** Checks the names; a bad one throws {@link HeapException} with {@link HeapError#INVALID_ARGUMENT}. */
    public PoolOffer {
        checkName(heap);
        Objects.requireNonNull(useCase, "useCase");
        Objects.requireNonNull(refusal, "refusal");
        aliases = Set.copyOf(aliases);
        aliases.forEach(PoolOffer::checkName);
    }

    private static void checkName(String name) {
        if (name.isEmpty() || !name.codePoints().allMatch(c -> c > ' ' && c < 0x7f && c != '/')) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "offer a heap", "name \"" + name + "\"",
                    "a heap's name is one or more printable ASCII characters without space and slash",
                    "use a name such as \"protected,secure-video\"");
        }
    }

    /**
     * Serves a use case under the name that mainline Linux gives it.
     *
     * @param useCase what the memory is for
     * @return the offer
     */
    public static PoolOffer serve(UseCase useCase) {
        return serve(useCase.heapName(), useCase);
    }

    /**
     * Serves a use case under a name of its own.
     *
     * @param heap the heap's name
     * @param useCase what the memory is for
     * @return the offer
     */
    public static PoolOffer serve(String heap, UseCase useCase) {
        return new PoolOffer(heap, useCase, Set.of(), Optional.empty());
    }

    /**
     * Says why a heap cannot be served.
     *
     * @param heap the heap's name
     * @param useCase what the memory would be for
     * @param why the reason, for people
     * @param remedy what can be done about it
     * @return the refusal
     */
    public static PoolOffer refuse(String heap, UseCase useCase, String why, String remedy) {
        return new PoolOffer(heap, useCase, Set.of(), Optional.of(new Refusal(why, remedy)));
    }

    /**
     * The same with other aliases.
     *
     * @param names other names for the heap
     * @return a new offer
     */
    public PoolOffer aliases(String... names) {
        return new PoolOffer(heap, useCase, Set.copyOf(List.of(names)), refusal);
    }
}
