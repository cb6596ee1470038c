// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.Arrays;
import java.util.List;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapState;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.HeapBench;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Heaps by name, as their users find them. */
@Category("naming")
final class HeapChecks {
    private static final String OFFER_IT = "See with explain what core says; offer the heap under this name, and open it.";

    @Check(clause = "An offered heap is found by its name, and is available.", remedy = OFFER_IT)
    void aHeapIsFoundByName(HeapBench bench) {
        Heap heap = bench.heaps().find(bench.heap()).orElseThrow(() -> Expect.fail("no heap %s", bench.heap()));
        Expect.that(heap.state() == HeapState.AVAILABLE, "it is %s: %s", heap.state(),
                bench.heaps().explain(bench.heap()));
        Expect.that(heap.name().equals(bench.heap()), "its name is %s", heap.name());
    }

    @Check(clause = "A heap is found under each of its aliases.",
            remedy = "Choose aliases that no other heap of the machine has as its name.")
    void aHeapIsFoundByItsAliases(HeapBench bench) {
        for (String alias : bench.offer().aliases()) {
            Expect.that(bench.heaps().find(alias).filter(found -> found.name().equals(bench.heap())).isPresent(),
                    "%s does not lead to %s", alias, bench.heap());
        }
    }

    @Check(clause = "A heap says that this backend serves it.",
            remedy = "Return in id() the id that the capability declares.")
    void aHeapSaysWhoServesIt(HeapBench bench) {
        Expect.that(bench.served().backend().equals(bench.id()), "it says that %s serves it", bench.served().backend());
    }

    @Check(clause = "A heap is for the use case that was offered.", remedy = "Offer each name for one use case, always.")
    void aHeapIsForTheOfferedUseCase(HeapBench bench) {
        Expect.that(bench.served().useCase().equals(bench.offer().useCase()), "it is for %s", bench.served().useCase());
    }

    @Check(clause = "The service properties of a heap say what the heap says.",
            remedy = "Give attributes that do not change while the pool is open.")
    void servicePropertiesSayTheSame(HeapBench bench) throws InvalidSyntaxException {
        BundleContext context = bench.laboratory().context();
        List<ServiceReference<Heap>> found = List.copyOf(context.getServiceReferences(Heap.class,
                "(%s=%s)".formatted(Heap.NAME, bench.heap())));
        Expect.that(found.size() == 1, "%d services have the name %s", found.size(), bench.heap());
        ServiceReference<Heap> service = found.getFirst();
        Expect.that(bench.id().equals(service.getProperty(Heap.BACKEND)), "%s is %s", Heap.BACKEND,
                service.getProperty(Heap.BACKEND));
        Expect.that(Boolean.valueOf(bench.attributes().restricted()).equals(service.getProperty(Heap.RESTRICTED)),
                "%s is %s", Heap.RESTRICTED, service.getProperty(Heap.RESTRICTED));
        Expect.that(Boolean.TRUE.equals(service.getProperty(Heap.AVAILABLE)), "%s is %s", Heap.AVAILABLE,
                service.getProperty(Heap.AVAILABLE));
    }

    @Check(clause = "explain says of a served heap who serves it.", remedy = OFFER_IT)
    void aServedHeapIsExplained(HeapBench bench) {
        Explanation explanation = bench.heaps().explain(bench.heap());
        Expect.that(explanation.available(), "it says: %s", explanation);
        Expect.that(explanation.toString().contains(bench.id()), "it does not name %s: %s", bench.id(), explanation);
    }

    @Check(clause = "explain says of a refused heap what the backend says.",
            remedy = "Give the reason and the remedy with PoolOffer.refuse.")
    void aRefusedHeapIsExplained(HeapBench bench) {
        List<PoolOffer> refused = bench.offers().stream().filter(offer -> offer.refusal().isPresent()).toList();
        if (refused.isEmpty()) {
            throw Expect.skip("the backend refuses no heap");
        }
        for (PoolOffer offer : refused) {
            String text = bench.heaps().explain(offer.heap()).toString();
            Expect.that(text.contains(offer.refusal().orElseThrow().why()), "%s is explained with: %s", offer.heap(),
                    text);
        }
    }

    @Check(clause = "A buffer's record tells the heap, its use case, the backend and what keeps the memory.",
            remedy = "Give attributes that are true: importers rely on the record.")
    void aRecordTellsTheTruth(HeapBench bench) {
        BufferRecord record = bench.obtain(bench.modest()).record();
        Expect.that(record.heap().equals(bench.heap()) && record.backend().equals(bench.id())
                && record.useCase().equals(bench.offer().useCase())
                && record.enforcement() == bench.attributes().enforcement()
                && record.restricted() == bench.attributes().restricted(), "the record is %s", record);
    }

    @Check(clause = "usage of a heap counts its live buffers.",
            remedy = "Answer usage() without an error, also while others allocate.")
    void liveBuffersAreCounted(HeapBench bench) {
        long before = bench.usage().buffers();
        bench.obtain(bench.modest());
        Expect.that(bench.usage().buffers() == before + 1, "%d buffers were live, and %d are", before,
                bench.usage().buffers());
    }

    @Check(clause = "A heap is in the list of heaps once.", remedy = OFFER_IT)
    void aHeapIsListedOnce(HeapBench bench) {
        String[] names = bench.heaps().list().stream().map(Heap::name).toArray(String[]::new);
        Expect.that(Arrays.stream(names).filter(bench.heap()::equals).count() == 1, "listed are %s",
                Arrays.toString(names));
    }
}
