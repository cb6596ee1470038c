// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.optee.abi.internal.Driver;
import org.cloister.backend.optee.abi.internal.LoanTerms;
import org.cloister.backend.optee.abi.internal.Transport;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.UseCaseBinding;

/** Which heaps OP-TEE serves, from where, and which not, and why. Immutable. */
final class Catalogue {
    /** Where the memory of a heap comes from. */
    sealed interface Source {
        /** It is lent. */
        record Lent(LoanTerms terms) implements Source {}

        /** It is protected since boot. */
        record Static(Transport.StaticArea area) implements Source {}

        /** There is none. */
        record None() implements Source {}
    }

    /**
     * A heap.
     *
     * @param binding what the device tree tells of it
     * @param offer what core is told
     * @param source where its memory comes from
     */
    record Entry(UseCaseBinding binding, PoolOffer offer, Source source) {}

    private final List<Entry> entries;

    private Catalogue(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** Nothing can be served. */
    static Catalogue nothing(Binding binding, String why) {
        return new Catalogue(binding.useCases().stream()
                .map(one -> refused(one, why, "check firmware and device tree; the backend looks again when it restarts"))
                .toList());
    }

    /** Asks OP-TEE, use case by use case. */
    static Catalogue ask(Driver driver, Binding binding) {
        return new Catalogue(binding.useCases().stream().map(one -> ask(driver, binding, one)).toList());
    }

    private static Entry ask(Driver driver, Binding binding, UseCaseBinding one) {
        Transport transport = driver.transport();
        if (one.problem().isPresent()) {
            return refused(one, one.problem().get(), "correct the device tree");
        }
        Optional<Transport.StaticArea> area = transport.staticArea();
        if (area.isPresent() && one.useCase().equals(binding.first())) {
            return new Entry(one, PoolOffer.serve(one.heap(), one.useCase()), new Source.Static(area.get()));
        }
        if (!transport.takesLoans()) {
            return area.isPresent()
                    ? refused(one, "the static area serves " + binding.first()
                            + ", and use cases never share a firewall region",
                            "build OP-TEE with CFG_CORE_DYN_PROTMEM to lend it memory for others")
                    : refused(one, "OP-TEE " + transport.osVersion() + " was built without protected memory",
                            "build it with CFG_SECURE_DATA_PATH and CFG_CORE_DYN_PROTMEM");
        }
        try {
            LoanTerms terms = driver.terms(one.useCase().id());
            return new Entry(one, PoolOffer.serve(one.heap(), one.useCase()), new Source.Lent(terms));
        } catch (HeapException e) {
            return refused(one, "OP-TEE does not say how memory is lent for it: " + e.why(),
                    "use firmware that knows use case " + one.useCase().id());
        }
    }

    private static Entry refused(UseCaseBinding one, String why, String remedy) {
        return new Entry(one, PoolOffer.refuse(one.heap(), one.useCase(), why, remedy), new Source.None());
    }

    /** What core is told. */
    List<PoolOffer> offers() {
        return entries.stream().map(Entry::offer).toList();
    }

    /** The heap of that offer, if it is one of these. */
    Optional<Entry> find(PoolOffer offer) {
        return entries.stream().filter(entry -> entry.offer().equals(offer)).findFirst();
    }

    /** What is served and what is not, for the log. */
    @Override
    public String toString() {
        return entries.stream()
                .map(entry -> entry.offer().heap() + entry.offer().refusal().map(no -> " not: " + no.why()).orElse(""))
                .collect(Collectors.joining("; "));
    }
}
