// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.cloister.emulator.soc.Refusals.assertRefused;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cloister.heap.HeapError;
import org.cloister.platform.dt.AddressRange;
import org.junit.jupiter.api.Test;

class PhysicalRangesTest {
    private static final long MIB = 1 << 20;

    @Test
    void rangesThatTouchOrOverlapAreOne() {
        try (PhysicalRanges ranges = new PhysicalRanges(List.of(new AddressRange(4 * MIB, MIB),
                new AddressRange(MIB, MIB), new AddressRange(2 * MIB, MIB), new AddressRange(MIB, MIB / 2),
                new AddressRange(2 * MIB, MIB / 4)))) {
            assertThat(ranges.at(MIB, 2 * MIB).base()).isEqualTo(MIB);
            assertThat(ranges.at(MIB, 2 * MIB).end()).isEqualTo(3 * MIB);
            assertThat(ranges.at(MIB, 2 * MIB + 1)).isSameAs(MemoryRange.NOWHERE);
            assertThat(ranges.at(3 * MIB, 1)).isSameAs(MemoryRange.NOWHERE);
            assertThat(ranges.at(MIB - 1, 2)).isSameAs(MemoryRange.NOWHERE);
            assertThat(ranges.at(4 * MIB, MIB).bytes().byteSize()).isEqualTo(MIB);
            assertThat(ranges.endOf(MIB + 5)).isEqualTo(3 * MIB);
            assertThat(ranges.endOf(3 * MIB)).isEqualTo(3 * MIB);
            assertThat(ranges.touches(3 * MIB, MIB)).isFalse();
            assertThat(ranges.touches(3 * MIB, MIB + 1)).isTrue();
            assertThat(ranges.touches(0, MIB + 1)).isTrue();
        }
    }

    @Test
    void absurdRangesAreNowhere() {
        try (PhysicalRanges ranges = new PhysicalRanges(List.of(new AddressRange(0, MIB)))) {
            for (long address : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, MIB}) {
                assertThat(ranges.at(address, 1)).isSameAs(MemoryRange.NOWHERE);
            }
            for (long length : new long[] {MIB + 1, Long.MAX_VALUE}) {
                assertThat(ranges.at(0, length)).isSameAs(MemoryRange.NOWHERE);
            }
        }
    }

    @Test
    void closingGivesTheMemoryBack() throws IOException {
        PhysicalRanges ranges = new PhysicalRanges(List.of(new AddressRange(0, 64 * MIB)));
        MemoryRange range = ranges.at(0, 1);
        range.bytes().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        String mapping = "%x-".formatted(range.bytes().address());
        assertThat(Files.readString(Path.of("/proc/self/maps"))).contains(mapping);
        ranges.close();
        assertThat(Files.readString(Path.of("/proc/self/maps"))).doesNotContain(mapping);
        assertThatIllegalStateException().isThrownBy(() -> range.bytes().get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void saysWhenTheOperatingSystemHasNoMore() {
        assertRefused(HeapError.NO_MEMORY, () -> new PhysicalRanges(List.of(new AddressRange(0, 1L << 57))),
                "mmap failed with errno 12", "ulimit");
    }
}
