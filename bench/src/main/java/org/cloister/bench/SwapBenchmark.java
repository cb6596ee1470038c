// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.util.Arrays;
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
import org.openjdk.jmh.annotations.AuxCounters;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * What users of a heap feel of swaps: lookups by name, and an allocation with its free, while another thread swaps the
 * heap's backend a hundred times a second. Each lookup is timed, as JMH's samples are too few for the slowest of ten
 * thousand, and cost more than a lookup; in turns with a {@link ConcurrentHashMap}'s, and with none at all: what is slow
 * there is the machine, which takes the processor away now and then. Who finds has a processor to itself, where there
 * are two.
 */
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow"})
public class SwapBenchmark {
    private static final String HEAP = CoreInFelix.name(0);
    private static final int TURNS = 1_000;
    private static final int LOOKUPS_A_TURN = 10_000;
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
        private Optional<Heap> found;
        private Thread swapper;
        private volatile boolean over;

        /** Begins to swap. */
        @Setup(Level.Trial)
        public void begin() {
            core = CoreInFelix.start(1);
            heaps = core.heaps();
            heap = heaps.find(HEAP).orElseThrow();
            found = Optional.of(heap);
            map.put(HEAP, found);
            swapper = Thread.ofPlatform().daemon().name("swapper").start(this::swap);
            Processors.takeOne();
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

    /** The time that one of ten thousand lookups takes, or more, in nanoseconds. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Slowest {
        private final Times ofFind = new Times();
        private final Times ofMap = new Times();
        private final Times ofNothing = new Times();
        public double find;
        public double findInAMap;
        public double findNothing;

        /** Finds in turns, short ones, so that each is compiled as a whole, with its lookup, before it counts. */
        private void find(Swapped swapped, Blackhole found) {
            for (int turn = 0; turn < TURNS; turn++) {
                find(swapped.heaps, found);
                findInAMap(swapped.map, found);
                findNothing(swapped, found);
            }
            find = ofFind.slowest();
            findInAMap = ofMap.slowest();
            findNothing = ofNothing.slowest();
        }

        private void find(Heaps heaps, Blackhole found) {
            for (int i = 0; i < LOOKUPS_A_TURN; i++) {
                long begin = System.nanoTime();
                found.consume(heaps.find(HEAP));
                ofFind.add(System.nanoTime() - begin);
            }
        }

        private void findInAMap(ConcurrentHashMap<String, Optional<Heap>> map, Blackhole found) {
            for (int i = 0; i < LOOKUPS_A_TURN; i++) {
                long begin = System.nanoTime();
                found.consume(map.get(HEAP));
                ofMap.add(System.nanoTime() - begin);
            }
        }

        private void findNothing(Swapped swapped, Blackhole found) {
            for (int i = 0; i < LOOKUPS_A_TURN; i++) {
                long begin = System.nanoTime();
                found.consume(swapped.found);
                ofNothing.add(System.nanoTime() - begin);
            }
        }
    }

    /** What each lookup took, in nanoseconds. */
    private static final class Times {
        private final int[] nanos = new int[TURNS * LOOKUPS_A_TURN];
        private int count;

        void add(long took) {
            nanos[count++] = (int) Math.min(took, Integer.MAX_VALUE);
        }

        double slowest() {
            Arrays.sort(nanos);
            count = 0;
            return nanos[nanos.length - nanos.length / 10_000];
        }
    }

    /** Finds the heap by its name, ten million times; 99.99 of a hundred within a microsecond. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 5)
    @Measurement(iterations = 20)
    @Against(score = "find", peer = "findInAMap", atMost = 1_000)
    public void find(Swapped swapped, Slowest slowest, Blackhole found) {
        slowest.find(swapped, found);
    }

    /** The same in a map, as the peer of those who look for what the machine adds to it. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 5)
    @Measurement(iterations = 20)
    @Against(score = "findInAMap", peer = "findNothing")
    public void findInAMap(Swapped swapped, Slowest slowest, Blackhole found) {
        slowest.find(swapped, found);
    }

    /** Allocates 4 KiB from whoever serves, and frees it. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @Warmup(iterations = 3, time = 2)
    @Measurement(iterations = 5, time = 4)
    @Against(percentile = 99.99)
    public long allocate(Swapped swapped) {
        try (DmaBuf buffer = swapped.heap.allocate(4096)) {
            return buffer.id();
        }
    }
}
