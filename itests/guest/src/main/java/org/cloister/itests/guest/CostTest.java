// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.junit.jupiter.api.Test;

/**
 * What it costs to allocate a buffer and to free it: by the API, as users do; by system calls from Java and nothing else;
 * and by a program in C that makes the same system calls. Processor time of the thread that allocates, in the kernel and
 * out of it. The three take turns, and the middle of the turns counts, as an emulated processor is no clock. It starts
 * when the compiler of the Java virtual machine is done.
 */
class CostTest {
    private static final int WARM = 30_000;
    private static final int TURNS = 25;
    private static final int COUNT = 400; // in a turn: 10,000 in all
    /** For buffers of the size that the kernel's own test takes. */
    private static final double MOST = 1.05;

    private final Heap system = Guest.system();
    private final ThreadMXBean clock = ManagementFactory.getThreadMXBean();

    private long api(long size, int count) {
        long start = clock.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            try (DmaBuf buffer = system.allocate(size)) {
                assert buffer.size() == size;
            }
        }
        return clock.getCurrentThreadCpuTime() - start;
    }

    private long calls(int heap, MemorySegment argument, long size, int count) {
        long start = clock.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            argument.set(JAVA_LONG, 0, size);
            argument.set(JAVA_INT, 8, 0);
            if (Raw.ioctl(heap, Raw.ALLOC, argument) < 0 || Raw.close(argument.get(JAVA_INT, 8)) < 0) {
                throw new AssertionError("the kernel refuses");
            }
        }
        return clock.getCurrentThreadCpuTime() - start;
    }

    private static long c(long size, int count) throws Exception {
        Process process = new ProcessBuilder("/bin/bench", Guest.SYSTEM, Long.toString(size), Integer.toString(count))
                .redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        assertThat(process.waitFor()).as(text).isZero();
        return Long.parseLong(text);
    }

    private record Cost(double api, double calls, double c) {
        double ratio() {
            return api / c;
        }
    }

    private Cost measure(long size) throws Exception {
        int heap = Raw.open(Guest.SYSTEM, 0);
        var api = new long[TURNS];
        var calls = new long[TURNS];
        var c = new long[TURNS];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = Raw.allocation(arena, size, 0, Raw.READ_WRITE | Raw.CLOSE_ON_EXEC, 0);
            api(4096, WARM);
            calls(heap, argument, 4096, WARM);
            for (int i = 0; i < TURNS; i++) {
                api[i] = api(size, COUNT);
                calls[i] = calls(heap, argument, size, COUNT);
                c[i] = c(size, COUNT);
            }
        } finally {
            Raw.close(heap);
        }
        var cost = new Cost(middle(api), middle(calls), middle(c));
        GuestMain.OUT.printf("guest: %d times %d KiB: by the API %.1f us each, by system calls from Java %.1f us, in C"
                + " %.1f us; the API costs %.3f times as much%n", TURNS * COUNT, size >> 10, cost.api(), cost.calls(),
                cost.c(), cost.ratio());
        return cost;
    }

    /** Microseconds for one. */
    private static double middle(long... turns) {
        long[] sorted = turns.clone();
        Arrays.sort(sorted);
        return sorted[TURNS / 2] / 1e3 / COUNT;
    }

    /** Of the smallest buffers the figure is told, too: there is little work in them but the call itself. */
    @Test
    void tenThousandAllocationsCostWhatTheyCostInC() throws Exception {
        measure(4096);
        assertThat(measure(1 << 20).ratio()).isLessThanOrEqualTo(MOST);
    }
}
