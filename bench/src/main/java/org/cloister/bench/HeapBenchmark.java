// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
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
 * A close and an allocation of 4 KiB through the public API with so many buffers live, owner, quotas, watch and pool
 * included. The peer is Netty's pooled allocator, which has none of them. Both run under the collector whose write barrier
 * is the cheapest, for a million old handles that are replaced one by one measure the barrier of another one.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgs = {"-XX:+UseParallelGC", "-Xms4g", "-Xmx4g", "-XX:MaxDirectMemorySize=6g", "-Dio.netty.maxDirectMemory=-1",
    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class HeapBenchmark {
    private static final int BLOCK = 4096;
    /** An aim of 100 ns for an allocation, and as much again for the close. */
    private static final double PAIR_NANOS = 200;

    /** Buffers of a heap. */
    @State(Scope.Thread)
    public static class Buffers {
        /** Live buffers. */
        @Param({"100", "10000", "1000000"})
        public int live;

        private CoreInFelix core;
        private Heap heap;
        private DmaBuf[] buffers;
        private LiveSet set;

        /** Starts core and fills up. */
        @Setup(Level.Trial)
        public void fill() {
            core = CoreInFelix.start(1);
            heap = core.heaps().find(CoreInFelix.name(0)).orElseThrow();
            set = new LiveSet(live);
            buffers = new DmaBuf[live];
            for (int slot : LiveSet.shuffled(live)) {
                buffers[slot] = heap.allocate(BLOCK);
            }
        }

        /** Stops core. */
        @TearDown(Level.Trial)
        public void empty() {
            for (DmaBuf buffer : buffers) {
                buffer.close();
            }
            core.close();
        }
    }

    /** Heap. */
    @Benchmark
    @Against(peer = "nettyPooled", atMost = PAIR_NANOS)
    public DmaBuf heap(Buffers state) {
        int index = state.set.next();
        state.buffers[index].close();
        return state.buffers[index] = state.heap.allocate(BLOCK);
    }

    /** Peer. */
    @Benchmark
    public ByteBuf nettyPooled(NettyBuffers state) {
        return state.replace();
    }
}
