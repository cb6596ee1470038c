// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.pool.PoolMemory;
import org.cloister.pool.StaticPool;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What users of a heap feel of swaps: lookups by name, and an allocation with its free, while another thread swaps the
 * heap's backend a hundred times a second. The peer of the lookup is one in a {@link ConcurrentHashMap} at the same
 * time: what is slow there is the machine, which takes the processor away now and then.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = {"-Xms1g", "-Xmx1g", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 4)
public class SwapBenchmark {
    private static final String HEAP = CoreInFelix.name(0);
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Serves from numbers. */
    private record Backend(String id) implements HeapBackend {
        @Override
        public List<PoolOffer> offers() {
            return List.of(PoolOffer.serve(HEAP, UseCase.SECURE_VIDEO));
        }

        @Override
        public Pool open(PoolOffer offer) {
            return new StaticPool(id, 0, 1L << 30, HeapAttributes.builder().build(), PoolMemory.outOfReach());
        }
    }

    /** Core, and who swaps. */
    @State(Scope.Benchmark)
    public static class Swapped {
        private final ConcurrentHashMap<String, Optional<Heap>> map = new ConcurrentHashMap<>();
        private CoreInFelix core;
        private Heaps heaps;
        private Heap heap;
        private Thread swapper;
        private volatile boolean over;

        /** Begins to swap. */
        @Setup(Level.Trial)
        public void begin() {
            core = CoreInFelix.start(1);
            heaps = core.heaps();
            heap = heaps.find(HEAP).orElseThrow();
            map.put(HEAP, Optional.of(heap));
            swapper = Thread.ofPlatform().daemon().name("swapper").start(this::swap);
        }

        private void swap() {
            Runnable leave = () -> { };
            for (int i = 1; !over; i++) {
                Runnable next = core.add(new Backend("swap-" + i), i);
                leave.run();
                leave = next;
                LockSupport.parkNanos(PERIOD_NANOS);
            }
            leave.run();
        }

        /** Stops swapping. */
        @TearDown(Level.Trial)
        public void end() throws InterruptedException {
            over = true;
            swapper.join();
            core.close();
        }
    }

    /** Finds the heap by its name. */
    @Benchmark
    @Against(peer = "findInAMap", atMost = 1_000, percentile = 99.99)
    public Heap find(Swapped swapped) {
        return swapped.heaps.find(HEAP).orElseThrow();
    }

    /** The same in a map. */
    @Benchmark
    @Against(percentile = 99.99)
    public Heap findInAMap(Swapped swapped) {
        return swapped.map.get(HEAP).orElseThrow();
    }

    /** Allocates 4 KiB from whoever serves, and frees it. */
    @Benchmark
    @Against(percentile = 99.99)
    public long allocate(Swapped swapped) {
        try (DmaBuf buffer = swapped.heap.allocate(4096)) {
            return buffer.id();
        }
    }
}
