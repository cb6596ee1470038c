// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.soc.Refusals.assertRefused;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.ReleaseWatcher;
import org.cloister.heap.HeapError;
import org.cloister.platform.dt.AddressRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CmaAreaTest {
    private static final long BASE = 0x8000_0000L;
    private static final long SIZE = 4 << 20;

    private final AreaReleases releases = new AreaReleases();
    private final CmaArea area = new CmaArea("linux,cma", true, new AddressRange(BASE, SIZE), releases);

    @Test
    void givesAndTakesRanges() {
        long one = area.allocate(5000, 1);
        long two = area.allocate(1, 1 << 20);
        assertThat(one % 4096).isZero();
        assertThat(two % (1 << 20)).isZero();
        assertThat(area.free()).isEqualTo(SIZE - 3 * 4096);
        area.release(one);
        area.release(two);
        assertThat(area.free()).isEqualTo(SIZE);
        assertThat(area.allocate(SIZE, 4096)).isEqualTo(BASE);
    }

    @Test
    void saysWhenItIsFull() {
        area.allocate(SIZE - 4096, 4096);
        assertRefused(HeapError.NO_MEMORY, () -> area.allocate(8192, 4096), "contiguous area linux,cma");
    }

    @ParameterizedTest
    @CsvSource({"0, 4096", "-1, 4096", "4194305, 4096", "9223372036854775807, 4096", "4096, 0", "4096, -4096",
        "4096, 3"})
    void refusesWhatCanNeverBeRight(long size, long alignment) {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> area.allocate(size, alignment), "contiguous area linux,cma");
        assertThat(area.free()).isEqualTo(SIZE);
    }

    @Test
    void refusesToTakeBackWhatWasNotGiven() {
        long address = area.allocate(8192, 4096);
        for (long wrong : new long[] {address + 4096, address + 1, BASE - 4096, BASE + SIZE, 0, -1}) {
            assertRefused(HeapError.INVALID_ARGUMENT, () -> area.release(wrong), "contiguous area linux,cma");
        }
        area.release(address);
        assertRefused(HeapError.INVALID_ARGUMENT, () -> area.release(address), "contiguous area linux,cma");
    }

    @Test
    void nobodyCanTakeARangeThatIsLookedAt() {
        long address = area.allocate(SIZE - 4096, 4096);
        List<String> seen = new ArrayList<>();
        try (Registration _ = releases.watch((at, size) -> {
            assertRefused(HeapError.NO_MEMORY, () -> area.allocate(8192, 4096), "contiguous area linux,cma");
            seen.add("0x%x+0x%x".formatted(at, size));
        })) {
            area.release(address);
            assertThat(seen).containsExactly("0x80000000+0x3ff000");
            assertRefused(HeapError.INVALID_ARGUMENT, () -> area.release(address), "contiguous area linux,cma");
        }
        area.release(area.allocate(SIZE, 4096));
        assertThat(seen).as("neither what was refused, nor what happened afterwards").hasSize(1);
    }

    @Test
    void whoWatchesTwiceCanEndOne() {
        var count = new AtomicInteger();
        ReleaseWatcher watcher = (address, size) -> count.incrementAndGet();
        Registration one = releases.watch(watcher);
        releases.watch(watcher);
        one.close();
        one.close();
        area.release(area.allocate(1, 1));
        assertThat(count).hasValue(1);
    }
}
