// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeAllocatorTest {
    private static final long PAGE = 4096;
    private static final long BASE = 0x9_0000_0000L;
    private static final long SIZE = 256 * PAGE;

    private final RangeAllocator allocator = new RangeAllocator(BASE, SIZE);

    @Test
    void startsFree() {
        assertThat(allocator.base()).isEqualTo(BASE);
        assertThat(allocator.size()).isEqualTo(SIZE);
        assertThat(allocator.pageSize()).isEqualTo(PAGE);
        assertThat(allocator.freeBytes()).isEqualTo(SIZE);
        assertThat(allocator.largestFree()).isEqualTo(SIZE);
        assertThat(allocator.allocations()).isZero();
    }

    @Test
    void roundsUpToWholePages() {
        long address = allocator.allocate(PAGE + 1, 1);
        assertThat(allocator.allocatedSize(address)).isEqualTo(2 * PAGE);
        assertThat(allocator.freeBytes()).isEqualTo(SIZE - 2 * PAGE);
    }

    @Test
    void allocatesFromTheBottomUp() {
        assertThat(allocator.allocate(PAGE, 1)).isEqualTo(BASE);
        assertThat(allocator.allocate(100 * PAGE, 1)).isEqualTo(BASE + PAGE);
        assertThat(allocator.allocate(PAGE, 1)).isEqualTo(BASE + 101 * PAGE);
    }

    @Test
    void alignsAddressesAndNotOffsets() {
        RangeAllocator odd = new RangeAllocator(3 * PAGE, 64 * PAGE);
        assertThat(odd.allocate(PAGE, 16 * PAGE)).isEqualTo(16 * PAGE);
        assertThat(odd.allocate(PAGE, 32 * PAGE)).isEqualTo(32 * PAGE);
        assertThat(odd.allocate(3 * PAGE, 64 * PAGE)).isEqualTo(64 * PAGE);
    }

    @Test
    void findsTheOneAlignedPlaceAmongManyThatOnlyLookRight() {
        RangeAllocator large = new RangeAllocator(0, 4096 * PAGE);
        for (int page = 0; page < 4096; page++) {
            large.allocate(PAGE, 1);
        }
        for (int page = 1; page < 4096; page += 4) {
            large.free(page * PAGE);
            large.free((page + 1) * PAGE);
        }
        assertThat(large.tryAllocate(2 * PAGE, 2 * PAGE)).isEqualTo(RangeAllocator.NONE);
        large.free(2048 * PAGE);
        assertThat(large.allocate(2 * PAGE, 2 * PAGE)).isEqualTo(2048 * PAGE);
    }

    @Test
    void prefersTheTightestHole() {
        for (int page = 0; page < 256; page++) {
            allocator.allocate(PAGE, 1);
        }
        for (int page : new int[] {10, 11, 12, 13, 90, 150, 151}) {
            allocator.free(BASE + page * PAGE);
        }
        assertThat(allocator.allocate(2 * PAGE, 1)).isEqualTo(BASE + 150 * PAGE);
        assertThat(allocator.allocate(PAGE, 1)).isEqualTo(BASE + 90 * PAGE);
        assertThat(allocator.largestFree()).isEqualTo(4 * PAGE);
    }

    @Test
    void joinsWhatIsFreedOnBothSides() {
        long first = allocator.allocate(100 * PAGE, 1);
        long second = allocator.allocate(56 * PAGE, 1);
        long third = allocator.allocate(100 * PAGE, 1);
        allocator.free(first);
        allocator.free(third);
        assertThat(allocator.largestFree()).isEqualTo(100 * PAGE);
        allocator.free(second);
        assertThat(allocator.largestFree()).isEqualTo(SIZE);
        assertThat(allocator.allocate(SIZE, 1)).isEqualTo(BASE);
        assertThat(allocator.largestFree()).isZero();
    }

    @Test
    void reservedRangesAreNotHandedOutUntilFreed() {
        allocator.reserve(BASE + 100 * PAGE, 10 * PAGE);
        assertThat(allocator.allocate(100 * PAGE, 1)).isEqualTo(BASE);
        assertThat(allocator.allocate(PAGE, 1)).isEqualTo(BASE + 110 * PAGE);
        assertThat(allocator.allocations()).isEqualTo(3);
        allocator.free(BASE + 100 * PAGE);
        assertThat(allocator.allocate(10 * PAGE, 1)).isEqualTo(BASE + 100 * PAGE);
    }

    @Test
    void looksUpStartsOfLiveAllocationsOnly() {
        long address = allocator.allocate(3 * PAGE, 1);
        assertThat(allocator.isAllocated(address)).isTrue();
        assertThat(allocator.isAllocated(address + PAGE)).isFalse();
        assertThat(allocator.isAllocated(address + 1)).isFalse();
        assertThat(allocator.isAllocated(BASE - PAGE)).isFalse();
        assertThat(allocator.isAllocated(BASE + SIZE)).isFalse();
        assertThat(allocator.isAllocated(Long.MIN_VALUE)).isFalse();
        allocator.free(address);
        assertThat(allocator.isAllocated(address)).isFalse();
    }

    @Test
    void containsIsSafeAtTheEdges() {
        assertThat(allocator.contains(BASE, SIZE)).isTrue();
        assertThat(allocator.contains(BASE + SIZE - 1, 1)).isTrue();
        assertThat(allocator.contains(BASE + SIZE - 1, 2)).isFalse();
        assertThat(allocator.contains(BASE - 1, 2)).isFalse();
        assertThat(allocator.contains(BASE, 0)).isFalse();
        assertThat(allocator.contains(BASE, -1)).isFalse();
        assertThat(allocator.contains(BASE + PAGE, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void worksAtTheHighestAddressesAndInSingleBytes() {
        RangeAllocator bytes = new RangeAllocator("pages", Long.MAX_VALUE - 100, 100, 1);
        assertThat(bytes.allocate(1, 1)).isEqualTo(Long.MAX_VALUE - 100);
        assertThat(bytes.tryAllocate(1, 1L << 62)).isEqualTo(RangeAllocator.NONE);
        assertThat(bytes.allocate(1, 64)).isEqualTo(0x7fff_ffff_ffff_ffc0L);
        assertThat(bytes.freeBytes()).isEqualTo(98);
    }

    @Test
    void addressZeroHasEveryAlignment() {
        assertThat(new RangeAllocator(0, PAGE).allocate(1, 1L << 62)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void refusesSizesThatAreNotPositive(long size) {
        refused(HeapError.INVALID_ARGUMENT, () -> allocator.allocate(size, 1));
        refused(HeapError.INVALID_ARGUMENT, () -> allocator.tryAllocate(size, 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, -4096, 3, 4095, 4097, Long.MAX_VALUE, Long.MIN_VALUE})
    void refusesAlignmentsThatAreNoPowerOfTwo(long alignment) {
        refused(HeapError.INVALID_ARGUMENT, () -> allocator.allocate(PAGE, alignment));
        refused(HeapError.INVALID_ARGUMENT, () -> allocator.tryAllocate(PAGE, alignment));
    }

    @ParameterizedTest
    @ValueSource(longs = {SIZE + 1, Long.MAX_VALUE - PAGE, Long.MAX_VALUE - 1, Long.MAX_VALUE})
    void refusesSizesThatTheWholeRangeCouldNotHold(long size) {
        refused(HeapError.INVALID_ARGUMENT, () -> allocator.allocate(size, 1));
        assertThat(allocator.tryAllocate(size, 1)).isEqualTo(RangeAllocator.NONE);
    }

    @Test
    void refusesAlignmentsThatNoAddressOfTheRangeHas() {
        refused(HeapError.INVALID_ARGUMENT, () -> allocator.allocate(PAGE, 1L << 40));
        assertThat(allocator.tryAllocate(PAGE, 1L << 40)).isEqualTo(RangeAllocator.NONE);
    }

    @Test
    void refusesForLackOfMemoryAndSaysWhatIsLeft() {
        allocator.allocate(SIZE - 2 * PAGE, 1);
        assertThatThrownBy(() -> allocator.allocate(3 * PAGE, 1))
                .hasMessageContaining("largest block has 0x2000")
                .isInstanceOfSatisfying(
                        HeapException.class, e -> assertThat(e.error()).isEqualTo(HeapError.NO_MEMORY));
        assertThat(allocator.freeBytes()).isEqualTo(2 * PAGE);
    }

    @Test
    void refusesWhatIsNotAllocated() {
        long address = allocator.allocate(4 * PAGE, 1);
        for (long wrong : new long[] {
            address + PAGE, address + 1, address + 4 * PAGE, BASE - PAGE, BASE + SIZE, -1, 0, Long.MIN_VALUE
        }) {
            refused(HeapError.INVALID_ARGUMENT, () -> allocator.free(wrong));
            refused(HeapError.INVALID_ARGUMENT, () -> allocator.allocatedSize(wrong));
        }
    }

    @Test
    void refusesToFreeTwice() {
        long address = allocator.allocate(4 * PAGE, 1);
        allocator.allocate(PAGE, 1);
        allocator.free(address);
        refused(HeapError.INVALID_ARGUMENT, () -> allocator.free(address));
    }

    @Test
    void refusesReservationsThatTouchAllocations() {
        allocator.reserve(BASE + 64 * PAGE, 64 * PAGE);
        for (long page : new long[] {63, 64, 65, 127}) {
            refused(HeapError.BUSY, () -> allocator.reserve(BASE + page * PAGE, 2 * PAGE));
        }
        refused(HeapError.BUSY, () -> allocator.reserve(BASE, SIZE));
    }

    @ParameterizedTest
    @CsvSource({
        "0x900000000, 0", "0x900000000, -4096", "0x900000001, 4096", "0x8fffff000, 4096", "0x900100000, 4096",
        "0x900000000, 0x100001", "0x9000ff000, 0x1001", "0, 1", "-4096, 4096",
    })
    void refusesReservationsThatAreNotPagesOfTheRange(String address, String size) {
        refused(HeapError.INVALID_ARGUMENT, () -> allocator.reserve(Long.decode(address), Long.decode(size)));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 4096", "0, -4096, 4096", "-4096, 8192, 4096", "100, 4096, 4096", "4096, 100, 4096", "0, 4096, 0",
        "0, 4096, -4096", "0, 4096, 3000", "0x7ffffffffffff000, 0x1000, 4096", "0, 0x40000001, 1",
        "0x7fffffffffffffff, 1, 1",
    })
    void refusesRangesThatAreNone(String base, String size, String pageSize) {
        assertThatThrownBy(() -> new RangeAllocator(
                        "none", Long.decode(base), Long.decode(size), Long.decode(pageSize)))
                .hasMessageContaining("none")
                .isInstanceOfSatisfying(
                        HeapException.class, e -> assertThat(e.error()).isEqualTo(HeapError.INVALID_ARGUMENT));
    }

    @Test
    void aMillionAllocationsMakeNoGarbage() {
        RangeAllocator large = new RangeAllocator(0, 8L << 30);
        for (int round = 0; round < 2; round++) {
            long before = allocatedByThisThread();
            for (int i = 0; i < 1_000_000; i++) {
                large.allocate(PAGE, 1);
            }
            for (long page = 1; page < 1_000_000; page += 2) {
                large.free(page * PAGE);
            }
            for (long page = 0; page < 1_000_000; page += 2) {
                large.free(page * PAGE);
            }
            // The first round makes the size classes it uses; a bit of noise is the measurement's own.
            assertThat(allocatedByThisThread() - before).isLessThan(round == 0 ? 1 << 20 : 1024);
            assertThat(large.largestFree()).isEqualTo(8L << 30);
        }
    }

    @Test
    void sixtyFourGibibytesCostSevenMebibytes() {
        long before = allocatedByThisThread();
        RangeAllocator large = new RangeAllocator(0, 64L << 30);
        assertThat(allocatedByThisThread() - before).isLessThan(7_500_000);
        assertThat(large.largestFree()).isEqualTo(64L << 30);
    }

    private static long allocatedByThisThread() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    /** Asserts the error, and that nothing changed. */
    private void refused(HeapError error, ThrowingCallable call) {
        long free = allocator.freeBytes();
        long largest = allocator.largestFree();
        int live = allocator.allocations();
        assertThatThrownBy(call).isInstanceOfSatisfying(
                HeapException.class, e -> assertThat(e.error()).isEqualTo(error));
        assertThat(allocator.freeBytes()).isEqualTo(free);
        assertThat(allocator.largestFree()).isEqualTo(largest);
        assertThat(allocator.allocations()).isEqualTo(live);
    }
}
