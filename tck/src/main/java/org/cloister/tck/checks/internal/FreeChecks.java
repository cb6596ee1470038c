// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.PoolBench;
import org.cloister.tck.internal.Span;

/** Buffers that are given back twice, or used after they were. */
@Category("double free and use after free")
final class FreeChecks {
    private static final String KNOW_BY_IDENTITY = "Know live buffers by identity: mark each under the lock when it is "
            + "freed, and refuse with INVALID_ARGUMENT what is not marked live.";

    /** A buffer of nobody's that claims to be where a live one is. */
    private record Forged(long size, long base) implements PoolBuffer {
        @Override
        public long address(int segment) {
            return base;
        }
    }

    private static PoolBuffer freed(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        bench.give(buffer);
        return buffer;
    }

    @Check(clause = "A buffer can be freed.", remedy = "Take back what allocate() handed out.")
    void aLiveBufferIsFreed(PoolBench bench) {
        bench.giveBack(bench.take(bench.modest()));
    }

    @Check(clause = "A buffer that was freed cannot be freed again.", remedy = KNOW_BY_IDENTITY)
    void aBufferIsFreedOnce(PoolBench bench) {
        PoolBuffer buffer = freed(bench);
        Expect.refusal("a second free", () -> bench.pool().free(buffer), HeapError.INVALID_ARGUMENT);
    }

    @Check(clause = "A second free does not free the buffer that has the place now.", remedy = KNOW_BY_IDENTITY)
    void aSecondFreeDoesNotHitTheSuccessor(PoolBench bench) {
        PoolBuffer stale = freed(bench);
        PoolBuffer successor = bench.take(bench.modest());
        try {
            bench.pool().free(stale);
        } catch (HeapException e) {
            // as it ought to be
        }
        List<Span> place = bench.spans(successor);
        for (int i = 0; i < 4; i++) {
            for (Span span : bench.spans(bench.take(bench.modest()))) {
                Expect.that(place.stream().noneMatch(span::overlaps), "%s was handed out while its owner lives", span);
            }
        }
    }

    @Check(clause = "A second free changes no figures.", remedy = KNOW_BY_IDENTITY)
    void aSecondFreeIsNotCounted(PoolBench bench) {
        PoolBuffer stale = freed(bench);
        long before = bench.free();
        try {
            bench.pool().free(stale);
        } catch (HeapException e) {
            // as it ought to be
        }
        Expect.that(bench.free() == before, "%d bytes were free, and %d are after a second free", before, bench.free());
    }

    @Check(clause = "A buffer that the pool did not make cannot be freed, though it has the place of a live one.",
            remedy = KNOW_BY_IDENTITY)
    void aForgedBufferIsRefused(PoolBench bench) {
        PoolBuffer live = bench.take(bench.modest());
        long base = live.segments() == 0 ? 0 : live.address(0);
        Expect.refusal("freeing a buffer of somebody else's making",
                () -> bench.pool().free(new Forged(live.size(), base)), HeapError.INVALID_ARGUMENT);
    }

    @Check(clause = "A buffer of another pool of the backend cannot be freed here.",
            remedy = "Keep in each buffer whose it is, and compare.")
    void aBufferOfAnotherPoolIsRefused(PoolBench bench) {
        PoolOffer offer = bench.otherOffer().orElseThrow(() -> Expect.skip("the backend serves one heap only"));
        try (PoolBench other = bench.beside(offer)) {
            PoolBuffer foreign = other.take(other.granule());
            Expect.refusal("freeing a buffer of " + offer.heap(), () -> bench.pool().free(foreign),
                    HeapError.INVALID_ARGUMENT);
        }
    }

    @Check(clause = "A buffer of a pool that was destroyed cannot be freed in its successor.",
            remedy = "Keep in each buffer whose it is, and compare; addresses come back.")
    void aBufferOfAFormerPoolIsRefused(PoolBench bench) {
        PoolBuffer stale = freed(bench);
        bench.reopen();
        bench.take(bench.modest());
        Expect.refusal("freeing a buffer of a former pool", () -> bench.pool().free(stale), HeapError.INVALID_ARGUMENT);
    }

    @Check(clause = "Freeing nothing frees nothing.",
            remedy = "Let free(null) throw, before anything is changed.")
    void nothingIsNotFreed(PoolBench bench) {
        bench.take(bench.granule());
        long before = bench.usage().free().orElse(0);
        try {
            bench.pool().free(null);
            throw Expect.fail("free(null) was accepted");
        } catch (RuntimeException e) {
            Expect.that(bench.usage().free().orElse(0) == before, "free(null) changed what is free");
        }
    }

    @Check(clause = "Of eight threads that free one buffer, one succeeds.",
            remedy = "Decide under one lock, or by one compare-and-set, who frees.")
    void oneOfManyFreesSucceeds(PoolBench bench) {
        for (int round = 0; round < 10; round++) {
            PoolBuffer buffer = bench.take(bench.granule());
            bench.forget(buffer);
            AtomicInteger succeeded = new AtomicInteger();
            CountDownLatch start = new CountDownLatch(1);
            List<CompletableFuture<Void>> threads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                threads.add(CompletableFuture.runAsync(() -> {
                    try {
                        start.await();
                        bench.pool().free(buffer);
                        succeeded.incrementAndGet();
                    } catch (HeapException e) {
                        // the others
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }, task -> Thread.ofPlatform().start(task)));
            }
            start.countDown();
            Expect.works("freeing from 8 threads", () -> threads.forEach(CompletableFuture::join));
            Expect.that(succeeded.get() == 1, "%d of 8 threads freed the same buffer", succeeded.get());
        }
    }

    /** Where both are wrong, the buffer and the access, either may be said. */
    private static HeapError[] either(boolean accessible) {
        return accessible ? new HeapError[] {HeapError.INVALID_ARGUMENT}
                : new HeapError[] {HeapError.INVALID_ARGUMENT, HeapError.CPU_ACCESS_DENIED};
    }

    @Check(clause = "A freed buffer cannot be written.", remedy = KNOW_BY_IDENTITY)
    void aFreedBufferIsNotWritten(PoolBench bench) {
        Expect.refusal("writing to a freed buffer",
                () -> bench.pool().write(freed(bench), 0, MemorySegment.ofArray(new byte[8])),
                either(bench.attributes().cpuAccess().writes()));
        if (!bench.attributes().cpuAccess().writes()) {
            bench.absent();
        }
    }

    @Check(clause = "A freed buffer cannot be read.", remedy = KNOW_BY_IDENTITY)
    void aFreedBufferIsNotRead(PoolBench bench) {
        Expect.refusal("reading a freed buffer",
                () -> bench.pool().read(freed(bench), 0, MemorySegment.ofArray(new byte[8])),
                either(bench.attributes().cpuAccess().reads()));
        if (!bench.attributes().cpuAccess().reads()) {
            bench.absent();
        }
    }

    @Check(clause = "A freed buffer cannot be mapped.", remedy = KNOW_BY_IDENTITY)
    void aFreedBufferIsNotMapped(PoolBench bench) {
        boolean mappable = bench.attributes().cpuAccess().reads();
        Expect.refusal("mapping a freed buffer", () -> bench.pool().map(freed(bench), Access.READ).close(),
                either(mappable));
        if (!mappable) {
            bench.absent();
        }
    }

    @Check(clause = "A freed buffer is not shown to a trusted OS.", remedy = KNOW_BY_IDENTITY)
    void aFreedBufferIsNotShownToATee(PoolBench bench) {
        boolean known = bench.declares("tee");
        Expect.refusal("asking where a trusted OS finds a freed buffer", () -> bench.pool().teeMemory(freed(bench)),
                known ? new HeapError[] {HeapError.INVALID_ARGUMENT}
                        : new HeapError[] {HeapError.INVALID_ARGUMENT, HeapError.NOT_SUPPORTED});
        if (!known) {
            bench.absent();
        }
    }
}
