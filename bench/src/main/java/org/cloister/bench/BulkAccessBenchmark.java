// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.cloister.heap.Access;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;
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
 * Copies between emulated physical memory and a buffer, every transfer checked against the firewall, beside the same
 * copies between two plain segments. Transfers walk over the memory, so that both meet the caches in the same way.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgs = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class BulkAccessBenchmark {
    /** At least 0.9 of the speed is at most 1/0.9 of the time. */
    private static final double NINE_TENTHS = 1 / 0.9;

    /** Bytes of a transfer. */
    @Param({"65536", "1048576", "8388608"})
    public int bytes;

    /** Regions of the firewall. */
    @Param({"9", "4096"})
    public int regions;

    private final Arena arena = Arena.ofShared();
    private RegionBoard board;
    private PhysicalMemory cpu;
    private MemorySegment plain;
    private MemorySegment buffer;
    private long offset;

    /** Switches the board on, and touches all memory. */
    @Setup(Level.Trial)
    public void switchOn() {
        board = new RegionBoard(regions);
        cpu = board.cpu();
        cpu.fill(RegionBoard.RAM, RegionBoard.SIZE, (byte) 1);
        plain = arena.allocate(RegionBoard.SIZE, 4096).fill((byte) 1);
        buffer = arena.allocate(bytes, 4096).fill((byte) 1);
    }

    /** Switches the board off. */
    @TearDown(Level.Trial)
    public void switchOff() {
        board.close();
        arena.close();
    }

    private long next() {
        offset = offset + bytes & RegionBoard.SIZE - 1;
        return offset;
    }

    /** The peer of reading: out of a plain segment. */
    @Benchmark
    public void copyOut() {
        MemorySegment.copy(plain, next(), buffer, 0, bytes);
    }

    /** The peer of writing: into a plain segment. */
    @Benchmark
    public void copyIn() {
        MemorySegment.copy(buffer, 0, plain, next(), bytes);
    }

    /** A checked read. */
    @Benchmark
    @Against(peer = "copyOut", ratioAtMost = NINE_TENTHS)
    public void read() {
        cpu.read(RegionBoard.RAM + next(), buffer);
    }

    /** A checked write. */
    @Benchmark
    @Against(peer = "copyIn", ratioAtMost = NINE_TENTHS)
    public void write() {
        cpu.write(RegionBoard.RAM + next(), buffer);
    }

    /** A window for one read. */
    @Benchmark
    @Against(peer = "copyOut", ratioAtMost = NINE_TENTHS)
    public void windowRead() {
        try (Window window = cpu.open(RegionBoard.RAM + next(), bytes, Access.READ)) {
            window.read(0, buffer);
        }
    }
}
