// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A heap looked up by name among so many, by a name that is equal to the heap's and not the same object. Names in turn
 * are {@link #ASKED} of them, spread over all, as a driver asks for the few that it knows; that the caches of a processor
 * do not hold 10,000 names is not what is measured. The peer is a {@link ConcurrentHashMap} of the same.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgs = {"-Xms1g", "-Xmx1g", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FindBenchmark {
    private static final int ASKED = 8;
    private static final double AIM_NANOS = 10;

    /** Heaps in core, and in a map. */
    @State(Scope.Thread)
    public static class Names {
        /** Heaps there are. */
        @Param({"10", "100", "1000", "10000"})
        public int heaps;

        private final LiveSet set = new LiveSet(ASKED);
        private final String[] asked = new String[ASKED];
        private final ConcurrentHashMap<String, Optional<Heap>> map = new ConcurrentHashMap<>();
        private CoreInFelix core;
        private Heaps service;

        /** Starts core. */
        @Setup(Level.Trial)
        public void start() {
            core = CoreInFelix.start(heaps);
            service = core.heaps();
            for (int i = 0; i < heaps; i++) {
                Optional<Heap> heap = service.find(CoreInFelix.name(i));
                map.put(heap.orElseThrow().name(), heap);
            }
            for (int i = 0; i < ASKED; i++) {
                asked[i] = CoreInFelix.name(i * (heaps - 1) / (ASKED - 1));
            }
        }

        /** Stops core. */
        @TearDown(Level.Trial)
        public void stop() {
            core.close();
        }
    }

    /** Core. */
    @Benchmark
    @Against(peer = "concurrentHashMap", atMost = AIM_NANOS)
    public Optional<Heap> find(Names state) {
        return state.service.find(state.asked[state.set.next()]);
    }

    /** Peer. */
    @Benchmark
    public Optional<Heap> concurrentHashMap(Names state) {
        return state.map.get(state.asked[state.set.next()]);
    }
}
