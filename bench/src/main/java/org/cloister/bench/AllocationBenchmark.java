// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapAttributes;
import org.cloister.pool.LendingPool;
import org.cloister.pool.PoolMemory;
import org.cloister.pool.RangeAllocator;
import org.cloister.pool.StaticPool;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * A free and an allocation of 4 KiB with so many allocations live: one after the other is freed, at addresses in random
 * order, and another takes its place. The peer is Netty's pooled allocator for direct buffers with thread caches.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgs = {"-Xms4g", "-Xmx4g", "-XX:MaxDirectMemorySize=6g", "-Dio.netty.maxDirectMemory=-1",
    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class AllocationBenchmark {
    private static final int BLOCK = 4096;
    private static final long RANGE = 8L << 30;
    /** An aim of 100 ns for an allocation, and as much again for the free. */
    private static final double PAIR_NANOS = 200;

    /** The bare allocator. */
    @State(Scope.Thread)
    public static class Range {
        /** Live allocations. */
        @Param({"100", "10000", "1000000"})
        public int live;

        private final RangeAllocator allocator = new RangeAllocator(0, RANGE);
        private long[] addresses;
        private LiveSet set;

        /** Fills up. */
        @Setup(Level.Trial)
        public void fill() {
            set = new LiveSet(live);
            addresses = new long[live];
            for (int slot : LiveSet.shuffled(live)) {
                addresses[slot] = allocator.allocate(BLOCK, BLOCK);
            }
        }
    }

    /** A pool, which adds a lock and a handle. */
    @State(Scope.Thread)
    public static class Pool {
        /** Live allocations. */
        @Param({"100", "10000", "1000000"})
        public int live;

        private final StaticPool pool =
                new StaticPool("bench", 0, RANGE, HeapAttributes.builder().build(), PoolMemory.outOfReach());
        private PoolBuffer[] buffers;
        private LiveSet set;

        /** Fills up. */
        @Setup(Level.Trial)
        public void fill() {
            set = new LiveSet(live);
            buffers = new PoolBuffer[live];
            for (int slot : LiveSet.shuffled(live)) {
                buffers[slot] = pool.allocate(BLOCK, BLOCK);
            }
        }
    }

    /** A pool that has lent what it needs. */
    @State(Scope.Thread)
    public static class Lending {
        /** Live allocations. */
        @Param({"100", "10000", "1000000"})
        public int live;

        private final LendingPool pool = IdleLender.pool(RANGE, RANGE);
        private PoolBuffer[] buffers;
        private LiveSet set;

        /** Fills up. */
        @Setup(Level.Trial)
        public void fill() {
            set = new LiveSet(live);
            buffers = new PoolBuffer[live];
            for (int slot : LiveSet.shuffled(live)) {
                buffers[slot] = pool.allocate(BLOCK, BLOCK);
            }
        }
    }

    /** Allocator. */
    @Benchmark
    @Against(peer = "nettyPooled", atMost = PAIR_NANOS)
    public long rangeAllocator(Range state) {
        int index = state.set.next();
        state.allocator.free(state.addresses[index]);
        return state.addresses[index] = state.allocator.allocate(BLOCK, BLOCK);
    }

    /** Pool. */
    @Benchmark
    @Against(peer = "nettyPooled", atMost = PAIR_NANOS)
    public PoolBuffer staticPool(Pool state) {
        int index = state.set.next();
        state.pool.free(state.buffers[index]);
        return state.buffers[index] = state.pool.allocate(BLOCK, BLOCK);
    }

    /** Pool that lends, when it need not: it costs what the static pool costs, give or take the noise. */
    @Benchmark
    @Against(peer = "staticPool", ratioAtMost = 1.1)
    public PoolBuffer lendingPool(Lending state) {
        int index = state.set.next();
        state.pool.free(state.buffers[index]);
        return state.buffers[index] = state.pool.allocate(BLOCK, BLOCK);
    }

    /** Peer. */
    @Benchmark
    public ByteBuf nettyPooled(NettyBuffers state) {
        return state.replace();
    }
}
