// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.time.Duration;
import java.util.List;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Device;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.HeapBench;
import org.cloister.tck.internal.Laboratory;
import org.osgi.framework.Bundle;

/** What a bundle that stops leaves behind. */
@Category("leak on stop")
final class OwnerChecks {
    private static final String FREE_ANYWHERE = "Let free() work on any thread, whoever allocated: core calls it for "
            + "bundles that are gone.";

    private static Heap as(Bundle consumer, HeapBench bench) {
        return Laboratory.service(consumer.getBundleContext(), Heaps.class).find(bench.heap()).orElseThrow();
    }

    private static void stop(Bundle consumer) {
        Laboratory.stop(consumer);
    }

    @Check(clause = "Buffers that a stopped bundle left open go back to the pool.", remedy = FREE_ANYWHERE)
    void buffersOfAStoppedBundleGoBack(HeapBench bench) {
        long before = bench.usage().buffers();
        Bundle consumer = bench.consumer();
        Heap heap = as(consumer, bench);
        List<DmaBuf> left = List.of(heap.allocate(bench.modest()), heap.allocate(1), heap.allocate(bench.modest()));
        stop(consumer);
        Laboratory.eventually("buffers of a stopped bundle stay live", () -> bench.usage().buffers() == before);
        left.forEach(buffer -> Expect.that(buffer.state() == BufferState.RELEASED, "one is %s", buffer.state()));
    }

    @Check(clause = "What a stopped bundle left is free again, to the last byte.", remedy = FREE_ANYWHERE)
    void memoryOfAStoppedBundleIsFree(HeapBench bench) {
        long before = bench.free();
        Bundle consumer = bench.consumer();
        Heap heap = as(consumer, bench);
        for (int i = 0; i < 5; i++) {
            heap.allocate(bench.modest());
        }
        stop(consumer);
        Laboratory.eventually("memory of a stopped bundle is not free again",
                () -> bench.usage().free().orElse(before) == before);
    }

    @Check(clause = "A buffer that another bundle refers to outlives the bundle that allocated it.",
            remedy = "Free when core calls free(), and by nothing else.")
    void sharedBuffersOutliveTheirOwner(HeapBench bench) {
        Bundle consumer = bench.consumer();
        DmaBuf theirs = as(consumer, bench).allocate(bench.modest());
        DmaBuf ours = bench.keep(bench.heaps().reference(theirs));
        stop(consumer);
        Expect.that(ours.state() == BufferState.LIVE, "it is %s", ours.state());
    }

    @Check(clause = "Devices of a stopped bundle are told, and their mappings end.",
            remedy = "Leave attachments to core; do not refuse a free while it detaches.")
    void devicesOfAStoppedBundleAreTold(HeapBench bench) {
        Bundle consumer = bench.consumer();
        DmaBuf buffer = as(consumer, bench).allocate(bench.modest());
        bench.requireAddresses(buffer);
        Device device = bench.device();
        Attachment attachment = Laboratory.service(consumer.getBundleContext(), Importers.class)
                .attach(buffer, device, device.access());
        Mapping mapping = attachment.map(device.access(), Duration.ZERO);
        stop(consumer);
        Laboratory.eventually("a mapping of a stopped bundle stays valid", () -> !mapping.isValid());
        Expect.that(device.heard().contains(Invalidation.REVOKED), "the device was told %s", device.heard());
    }

    @Check(clause = "Ten bundles that come, leak and go leave the heap as it was.", remedy = FREE_ANYWHERE)
    void manyLeaksLeaveNothing(HeapBench bench) {
        long before = bench.usage().free().orElse(0);
        for (int i = 0; i < 10; i++) {
            Bundle consumer = bench.consumer();
            as(consumer, bench).allocate(bench.modest());
            stop(consumer);
            bench.closeNewest();
        }
        Laboratory.eventually("memory of stopped bundles is not free again",
                () -> bench.usage().free().orElse(0) == before);
    }
}
