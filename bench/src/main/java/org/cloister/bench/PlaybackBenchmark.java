// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.display.DisplayDriver;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.driver.panthor.PanthorDriver;
import org.cloister.heap.Heap;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;
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

/**
 * What protection costs a player: a clip goes through decoder, GPU and display of one board, in turns in memory that the
 * firewall protects, where the decoder's session is protected and the GPU enters and leaves protected mode for each
 * picture, and in normal memory. Bitstream is clear in both, and written by the CPU. Counted is the CPU time of all
 * threads of the player, of core, of the drivers and of the emulated devices; not that of the Java virtual machine's own
 * threads, whose compilers work for both at once and at times of their own.
 *
 * <p>The clip is the player's sample, decrypted, with a delimiter before each access unit:
 * {@code ffmpeg -decryption_key KEY -i sample-progressive.mp4 -c copy
 * -bsf:v h264_mp4toannexb,h264_metadata=aud=insert sample.h264}.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 5, jvmArgs = {"--enable-native-access=ALL-UNNAMED", "-Xms1g", "-Xmx1g"})
@Warmup(iterations = 6)
@Measurement(iterations = 20)
public class PlaybackBenchmark {
    private static final int PICTURES = 125;
    private static final List<Class<?>> TYPES = List.of(
            PhysicalMemory.class, CodecDriver.class, PanthorDriver.class, DisplayDriver.class);
    private static final List<String> BUNDLES = List.of("org.cloister.backend.carveout-", "org.cloister.ffmpeg-",
            "org.cloister.emulator.devices-", "org.cloister.driver.codec-", "org.cloister.driver.panthor-",
            "org.cloister.driver.display-");

    /** A board, and both ways to play on it. */
    @State(Scope.Thread)
    public static class Player {
        private List<MemorySegment> clip;
        private BoardInFelix board;
        private Pipeline inProtected;
        private Pipeline inNormal;

        /** Switches the board on, and waits until all is there. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            try (InputStream file = PlaybackBenchmark.class.getResourceAsStream("/sample.h264")) {
                clip = accessUnits(file.readAllBytes());
            }
            board = BoardInFelix.start("lab", TYPES, BUNDLES);
            board.serve(new NormalMemory(board.service(ContiguousArea.class, "(area.default=true)"),
                    board.service(PhysicalMemory.class, "(initiator=cpu)")));
            inProtected = pipeline(board.heap("protected,secure-video", "carveout"), true);
            inNormal = pipeline(board.heap(NormalMemory.HEAP, "normal"), false);
        }

        private Pipeline pipeline(Heap heap, boolean isProtected) {
            PanthorDriver gpu = board.service(PanthorDriver.class, "");
            board.await("protected mode", () -> gpu.readiness().protectedMode());
            DisplayOutput panel = board.service(DisplayDriver.class, "").outputs().stream()
                    .filter(DisplayOutput::isProtected).findFirst().orElseThrow();
            return new Pipeline(board.service(CodecDriver.class, ""), gpu, panel, heap, isProtected);
        }

        /** Switches the board off. */
        @TearDown(Level.Trial)
        public void close() {
            board.close();
        }

        /** Those of a stream as in ITU-T H.264, annex B, in which each begins with a delimiter. */
        private static List<MemorySegment> accessUnits(byte[] stream) {
            List<MemorySegment> units = new ArrayList<>();
            MemorySegment all = MemorySegment.ofArray(stream);
            int begin = 0;
            for (int at = 1; at <= stream.length; at++) {
                if (at == stream.length || isDelimiter(stream, at)) {
                    units.add(all.asSlice(begin, at - begin));
                    begin = at;
                }
            }
            return units;
        }

        private static boolean isDelimiter(byte[] stream, int at) {
            return at + 4 < stream.length && stream[at] == 0 && stream[at + 1] == 0 && stream[at + 2] == 0
                    && stream[at + 3] == 1 && stream[at + 4] == 9;
        }
    }

    /** Milliseconds of CPU time for one clip. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class CpuTime {
        private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        public double protectedHeap;
        public double normalHeap;

        private double of(Pipeline pipeline, List<MemorySegment> clip) {
            Map<Long, Long> before = now();
            int shown = pipeline.play(clip);
            if (shown != PICTURES) {
                throw new IllegalStateException(shown + " pictures were shown, not " + PICTURES);
            }
            long nanos = now().entrySet().stream()
                    .mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L)).sum();
            return nanos / 1e6;
        }

        /** What each thread has had. */
        private Map<Long, Long> now() {
            long[] ids = threads.getAllThreadIds();
            long[] times = threads.getThreadCpuTime(ids);
            return IntStream.range(0, ids.length).boxed().collect(Collectors.toMap(i -> ids[i], i -> times[i]));
        }
    }

    /** Twice each, in an order in which neither gains by what gets faster or slower meanwhile. */
    @Benchmark
    @Against(score = "protectedHeap", peer = "normalHeap", ratioAtMost = 1.05)
    public void clip(Player player, CpuTime time) {
        double first = time.of(player.inProtected, player.clip);
        double second = time.of(player.inNormal, player.clip);
        second += time.of(player.inNormal, player.clip);
        first += time.of(player.inProtected, player.clip);
        time.protectedHeap = first / 2;
        time.normalHeap = second / 2;
    }
}
