// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
 * Words and windows, each checked against the firewall, at addresses that are spread over all its regions. The peer is
 * a word of a plain segment, which is not checked at all.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgs = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class SmallAccessBenchmark {
    /** An aim of tens of nanoseconds. */
    private static final double TENS = 100;
    /** So few that they stay in the nearest cache: the way to a word is measured, not the word. */
    private static final int WORDS = 32;
    private static final long APART = RegionBoard.SIZE / WORDS + 4160;

    /** Regions of the firewall. */
    @Param({"9", "4096"})
    public int regions;

    private final Arena arena = Arena.ofShared();
    private RegionBoard board;
    private PhysicalMemory cpu;
    private MemorySegment plain;
    private int index;

    /** Switches the board on, and touches all memory. */
    @Setup(Level.Trial)
    public void switchOn() {
        board = new RegionBoard(regions);
        cpu = board.cpu();
        cpu.fill(RegionBoard.RAM, RegionBoard.SIZE, (byte) 1);
        plain = arena.allocate(RegionBoard.SIZE, 4096).fill((byte) 1);
    }

    /** Switches the board off. */
    @TearDown(Level.Trial)
    public void switchOff() {
        board.close();
        arena.close();
    }

    private long next() {
        index = index + 1 & WORDS - 1;
        return index * APART & RegionBoard.SIZE - 64;
    }

    /** The peer: a word that is not checked. */
    @Benchmark
    public int plainWord() {
        return plain.get(ValueLayout.JAVA_INT_UNALIGNED, next());
    }

    /** A checked word. */
    @Benchmark
    @Against(peer = "plainWord", atMost = TENS)
    public int readWord() {
        return cpu.readInt(RegionBoard.RAM + next());
    }

    /** A checked word that is written. */
    @Benchmark
    @Against(peer = "plainWord", atMost = TENS)
    public void writeWord() {
        cpu.writeInt(RegionBoard.RAM + next(), 7);
    }

    /** A window that is opened and closed. */
    @Benchmark
    @Against(peer = "plainWord", atMost = TENS)
    public long window() {
        try (Window window = cpu.open(RegionBoard.RAM + next(), 64, Access.READ)) {
            return window.length();
        }
    }

    /** A window whose segment is asked for, which makes its close dear. */
    @Benchmark
    @Against(peer = "plainWord")
    public int windowSegment() {
        try (Window window = cpu.open(RegionBoard.RAM + next(), 64, Access.READ)) {
            return window.segment().get(ValueLayout.JAVA_INT_UNALIGNED, 0);
        }
    }
}
