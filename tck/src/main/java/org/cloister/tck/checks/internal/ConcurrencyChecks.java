// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.internal.BackendBench;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.PoolBench;
import org.cloister.tck.internal.Span;
import org.opentest4j.TestAbortedException;

/** Many threads at a time, as core calls. Random numbers come from fixed seeds. */
@Category("concurrency")
final class ConcurrencyChecks {
    private static final int THREADS = 6;
    private static final int ROUNDS = 60;
    private static final String ONE_LOCK = "Guard the books by one lock that every method takes.";

    private interface Worker {
        void work(SplittableRandom random) throws Exception;
    }

    /** Runs a worker on several threads; answers what the first that failed threw. */
    private static void together(int threads, Worker worker) {
        CountDownLatch start = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            SplittableRandom random = new SplittableRandom(7 + i);
            all.add(CompletableFuture.runAsync(() -> {
                try {
                    start.await();
                    worker.work(random);
                } catch (Throwable e) {
                    thrown.compareAndSet(null, e);
                }
            }, task -> Thread.ofPlatform().start(task)));
        }
        start.countDown();
        all.forEach(CompletableFuture::join);
        switch (thrown.get()) {
            case null -> { }
            case AssertionError failure -> throw failure;
            case TestAbortedException nothingToLookAt -> throw nothingToLookAt;
            case Throwable other -> {
                AssertionError failure = Expect.fail("with %d threads at work one threw %s", threads, other);
                failure.initCause(other);
                throw failure;
            }
        }
    }

    private static PoolBuffer tryTake(PoolBench bench, long size) {
        try {
            return bench.take(size);
        } catch (HeapException e) {
            Expect.that(e.error() == HeapError.NO_MEMORY || e.error() == HeapError.NO_REGION
                    || e.error() == HeapError.BUSY, "an allocation among others was refused with %s: %s", e.error(),
                    e.getMessage());
            return null;
        }
    }

    private static void claim(PoolBench bench, ConcurrentSkipListMap<Long, Span> live, PoolBuffer buffer) {
        for (Span span : bench.spans(buffer)) {
            live.put(span.base(), span);
            Map.Entry<Long, Span> before = live.lowerEntry(span.base());
            Map.Entry<Long, Span> behind = live.higherEntry(span.base());
            Expect.that(before == null || !before.getValue().overlaps(span), "%s and %s are live and overlap", before,
                    span);
            Expect.that(behind == null || !behind.getValue().overlaps(span), "%s and %s are live and overlap", span,
                    behind);
        }
    }

    private static void release(PoolBench bench, ConcurrentSkipListMap<Long, Span> live, PoolBuffer buffer) {
        bench.spans(buffer).forEach(span -> live.remove(span.base()));
        bench.give(buffer);
    }

    private static void storm(PoolBench bench) {
        ConcurrentSkipListMap<Long, Span> live = new ConcurrentSkipListMap<>();
        together(THREADS, random -> {
            List<PoolBuffer> own = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                if (own.size() > 4 || !own.isEmpty() && random.nextBoolean()) {
                    release(bench, live, own.remove(random.nextInt(own.size())));
                } else {
                    PoolBuffer buffer = tryTake(bench, random.nextInt(1, 6) * bench.granule());
                    if (buffer != null) {
                        claim(bench, live, buffer);
                        own.add(buffer);
                    }
                }
            }
            own.forEach(buffer -> release(bench, live, buffer));
        });
    }

    @Check(clause = "Threads that allocate and free at the same time never get the same memory.", remedy = ONE_LOCK)
    void threadsGetDifferentMemory(PoolBench bench) {
        bench.spans(bench.take(bench.granule()));
        storm(bench);
    }

    @Check(clause = "After threads allocated and freed at the same time all is free.", remedy = ONE_LOCK)
    void nothingIsLostAmongThreads(PoolBench bench) {
        bench.spans(bench.take(bench.granule()));
        long before = bench.free();
        storm(bench);
        Expect.that(bench.free() == before, "%d bytes were free, and %d are", before, bench.free());
    }

    @Check(clause = "Figures fit together at every moment while threads are at work.",
            remedy = "Take all figures of usage() under the lock, in one go.")
    void figuresFitAtEveryMoment(PoolBench bench) {
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<PoolUsage> odd = CompletableFuture.supplyAsync(() -> {
            while (!done.get()) {
                PoolUsage usage = bench.usage();
                if (usage.free().orElse(0) > usage.capacity().orElse(Long.MAX_VALUE)
                        || usage.largestFree().orElse(0) > usage.free().orElse(Long.MAX_VALUE)) {
                    return usage;
                }
            }
            return null;
        }, task -> Thread.ofPlatform().start(task));
        try {
            bench.spans(bench.take(bench.granule()));
            storm(bench);
        } finally {
            done.set(true);
        }
        PoolUsage found = odd.join();
        Expect.that(found == null, "meanwhile it said %s", found);
    }

    @Check(clause = "Threads that exhaust a pool together get no more than there is, and all of it back.",
            remedy = ONE_LOCK)
    void exhaustionByManyEndsInOrder(PoolBench bench) {
        long before = bench.free();
        long step = bench.largeStep();
        together(4, _ -> {
            for (int i = 0; i < 4; i++) {
                tryTake(bench, step);
            }
        });
        Expect.that(bench.free() >= 0 && bench.free() <= before, "%d bytes are free, %d were", bench.free(), before);
        bench.freeAll();
        Expect.that(bench.free() == before, "%d bytes were free, and %d are", before, bench.free());
    }

    @Check(clause = "A buffer can be freed by another thread than the one that allocated it.",
            remedy = "Keep nothing of a buffer in thread-locals.")
    void buffersBelongToNoThread(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        together(1, _ -> bench.give(buffer));
    }

    @Check(clause = "An interrupted thread allocates, or is refused with INTERRUPTED; its flag stays set.",
            remedy = "Where a call waits, restore the interrupt flag and throw HeapException(INTERRUPTED).")
    void anInterruptIsNotSwallowed(PoolBench bench) {
        together(1, _ -> {
            Thread.currentThread().interrupt();
            try {
                bench.take(bench.granule());
            } catch (HeapException e) {
                Expect.that(e.error() == HeapError.INTERRUPTED, "it was refused with %s", e.error());
            }
            Expect.that(Thread.interrupted(), "the thread's interrupt flag was cleared");
        });
    }

    @Check(clause = "An interrupted allocation leaves nothing behind.",
            remedy = "Undo what was taken when a wait is interrupted.")
    void anInterruptedAllocationLeavesNothing(PoolBench bench) {
        long before = bench.free();
        together(2, _ -> {
            for (int i = 0; i < 10; i++) {
                Thread.currentThread().interrupt();
                try {
                    bench.give(bench.take(bench.granule()));
                } catch (HeapException e) {
                    // the flag was seen
                }
                Thread.interrupted();
            }
        });
        bench.freeAll();
        Expect.that(bench.free() == before, "%d bytes were free, and %d are", before, bench.free());
    }

    @Check(clause = "Pools of different heaps work side by side, on different memory.",
            remedy = "Share no range and no state among pools but behind a lock.")
    void poolsWorkSideBySide(BackendBench bench) {
        List<PoolBench> pools = bench.pools();
        if (pools.size() < 2) {
            throw Expect.skip("the backend serves one heap only");
        }
        ConcurrentSkipListMap<Long, Span> live = new ConcurrentSkipListMap<>();
        Iterator<PoolBench> each = pools.iterator();
        together(pools.size(), random -> {
            PoolBench own;
            synchronized (each) {
                own = each.next();
            }
            for (int i = 0; i < ROUNDS; i++) {
                PoolBuffer buffer = tryTake(own, random.nextInt(1, 6) * own.granule());
                if (buffer != null) {
                    claim(own, live, buffer);
                    release(own, live, buffer);
                }
            }
        });
    }

    @Check(clause = "Writes to different buffers do not mix.",
            remedy = "Use no buffer of your own that writes share, or lock it.")
    void writesDoNotMix(PoolBench bench) {
        if (!bench.attributes().cpuAccess().writes()) {
            throw Expect.skip("the CPU may not write this memory");
        }
        boolean readable = bench.attributes().cpuAccess().reads();
        if (!readable) {
            bench.eyes();
        }
        together(4, random -> {
            for (int i = 0; i < 10; i++) {
                byte[] wanted = new byte[1024];
                random.nextBytes(wanted);
                PoolBuffer buffer = tryTake(bench, bench.modest());
                if (buffer == null) {
                    continue;
                }
                bench.pool().write(buffer, 0, MemorySegment.ofArray(wanted));
                byte[] found = new byte[wanted.length];
                if (readable) {
                    bench.pool().read(buffer, 0, MemorySegment.ofArray(found));
                } else {
                    found = bench.eyes().look(bench.eyes().address(buffer, 0), wanted.length);
                }
                Expect.that(Arrays.equals(found, wanted), "a buffer has what others wrote to theirs");
                bench.give(buffer);
            }
        });
    }
}
