// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.junit.jupiter.api.Test;

/**
 * What an allocation costs beside a program in C that makes the same system calls and nothing else: processor time of the
 * thread that allocates, in the kernel and out of it. The two take turns, and the middle of the turns counts, as an
 * emulated processor is no clock. It starts when the compiler of the Java virtual machine is done.
 */
class CostTest {
    private static final long SIZE = 1 << 20;
    private static final long SMALL = 4096;
    private static final int WARM = 30_000;
    private static final int COUNT = 10_000;
    private static final int TURNS = 10;
    private static final double MOST = 1.05;

    private final Heap system = Guest.system();

    private final ThreadMXBean clock = ManagementFactory.getThreadMXBean();

    private long java(long size, int count) {
        long start = clock.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            try (DmaBuf buffer = system.allocate(size)) {
                assert buffer.size() == size;
            }
        }
        return clock.getCurrentThreadCpuTime() - start;
    }

    private static long c(int count) throws Exception {
        Process process = new ProcessBuilder("/bin/bench", Guest.SYSTEM, Long.toString(SIZE), Integer.toString(count))
                .redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        assertThat(process.waitFor()).as(text).isZero();
        return Long.parseLong(text);
    }

    @Test
    void tenThousandAllocationsCostWhatTheyCostInC() throws Exception {
        java(SMALL, WARM);
        java(SIZE, COUNT / TURNS);
        c(COUNT / TURNS);
        var java = new long[TURNS];
        var c = new long[TURNS];
        for (int i = 0; i < TURNS; i++) {
            java[i] = java(SIZE, COUNT / TURNS);
            c[i] = c(COUNT / TURNS);
        }
        Arrays.sort(java);
        Arrays.sort(c);
        double ratio = (double) java[TURNS / 2] / c[TURNS / 2];
        GuestMain.OUT.printf("guest: %d allocations of %d KiB: Java %.1f us each, C %.1f us each, ratio %.3f (at most"
                + " %.2f)%n", COUNT, SIZE >> 10, java[TURNS / 2] / 1e3 / (COUNT / TURNS),
                c[TURNS / 2] / 1e3 / (COUNT / TURNS), ratio, MOST);
        assertThat(ratio).isLessThanOrEqualTo(MOST);
    }
}
