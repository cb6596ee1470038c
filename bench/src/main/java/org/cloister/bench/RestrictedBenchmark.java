// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * An allocation of 4 KiB and its release through the public API, emulated firmware included. MediaTek's application is
 * called for each buffer and zeroes it; OP-TEE is lent a chunk, out of which the driver carves buffers by itself.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgs = {"--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RestrictedBenchmark {
    private static final int SIZE = 4096;

    /** Heaps of both. */
    @State(Scope.Thread)
    public static class Served {
        private BoardInFelix board;
        private Heap optee;
        private Heap mtk;
        private Heap mtkContiguous;

        /** Waits for them. */
        @Setup(Level.Trial)
        public void open() {
            board = BoardInFelix.start("lab");
            optee = board.heap("protected,secure-video", "optee");
            mtk = board.heap("restricted_mtk_cm", "mtk");
            mtkContiguous = board.heap("restricted_mtk_cma", "mtk");
        }

        /** Switches the board off. */
        @TearDown(Level.Trial)
        public void close() {
            board.close();
        }
    }

    private static long pair(Heap heap) {
        try (DmaBuf buffer = heap.allocate(SIZE)) {
            return buffer.id();
        }
    }

    /** Protected since boot. */
    @Benchmark
    @Against(peer = "opteeLent")
    public long mtkProtectedSinceBoot(Served state) {
        return pair(state.mtk);
    }

    /** Handed over; a block without buffers is kept for a while, so that not every pair hands one over. */
    @Benchmark
    @Against(peer = "opteeLent")
    public long mtkHandedOver(Served state) {
        return pair(state.mtkContiguous);
    }

    /** Peer. */
    @Benchmark
    public long opteeLent(Served state) {
        return pair(state.optee);
    }
}
