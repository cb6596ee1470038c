// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolMapping;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StaticPoolTest {
    private static final int PAGE = 4096;
    private static final long BASE = 0x4000_0000L;
    private static final int SIZE = 64 * PAGE;

    private final ArrayMemory memory = new ArrayMemory(BASE, SIZE);
    private final StaticPool pool = pool(Access.READ_WRITE);

    private StaticPool pool(Access cpu) {
        Enforcement enforcement = cpu == Access.READ_WRITE ? Enforcement.NONE : Enforcement.FIREWALL;
        return new StaticPool("/reserved-memory/video", BASE, SIZE,
                HeapAttributes.builder().enforcement(enforcement).cpuAccess(cpu).build(), memory);
    }

    @Test
    void handsOutSegmentsOfTheRange() {
        PoolBuffer first = pool.allocate(PAGE, PAGE);
        PoolBuffer second = pool.allocate(4 * PAGE, 4 * PAGE);
        assertThat(first.segments()).isEqualTo(1);
        assertThat(first.address(0)).isEqualTo(BASE);
        assertThat(first.length(0)).isEqualTo(first.size()).isEqualTo(PAGE);
        assertThat(second.address(0)).isEqualTo(BASE + 4 * PAGE);
        assertThat(pool.offset(second)).isEqualTo(4 * PAGE);
        assertThat(second.fd()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 4096", "4095, 4096", "4096, 4096", "4097, 8192", "262144, 262144"})
    void handsOutWholePages(long asked, long given) {
        assertThat(pool.allocate(asked, 1).size()).isEqualTo(given);
        assertThat(pool.usage().free()).hasValue(SIZE - given);
    }

    @Test
    void tellsHowMuchIsUsed() {
        pool.allocate(PAGE, PAGE);
        PoolBuffer hole = pool.allocate(2 * PAGE, PAGE);
        pool.allocate(31 * PAGE, PAGE);
        pool.free(hole);
        assertThat(pool.usage()).isEqualTo(PoolUsage.of(SIZE, 32 * PAGE, 30 * PAGE));
    }

    @Test
    void readsBackWhatWasWritten() {
        PoolBuffer other = pool.allocate(PAGE, PAGE);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        pool.write(buffer, PAGE - 2, MemorySegment.ofArray(new byte[] {1, 2}));
        byte[] read = new byte[3];
        pool.read(buffer, PAGE - 3, MemorySegment.ofArray(read));
        assertThat(read).containsExactly(0, 1, 2);
        pool.read(other, 0, MemorySegment.ofArray(read));
        assertThat(read).containsExactly(0, 0, 0);
    }

    @Test
    void mapsExactlyTheBuffer() {
        pool.allocate(PAGE, PAGE);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        try (PoolMapping mapping = pool.map(buffer, Access.READ)) {
            assertThat(mapping.segment().byteSize()).isEqualTo(PAGE);
            assertThat(mapping.segment().isReadOnly()).isTrue();
        }
    }

    @Test
    void asksTheMemoryHowATrustedOsFindsIt() {
        pool.allocate(PAGE, PAGE);
        assertThat(pool.teeMemory(pool.allocate(PAGE, PAGE))).isEqualTo(new TeeMemory.Physical(BASE + PAGE));
    }

    @Test
    void releasesItsMemoryWhenDestroyed() {
        pool.free(pool.allocate(PAGE, PAGE));
        assertThat(memory.released).hasValue(0);
        pool.destroy();
        assertThat(memory.released).hasValue(1);
        assertThat(pool.attributes().contiguous()).isTrue();
        assertThat(pool.usage().capacity()).hasValue(SIZE);
    }

    @Test
    void refusesToBeDestroyedTwice() {
        pool.destroy();
        refused(HeapError.CLOSED, pool::destroy);
        assertThat(memory.released).hasValue(1);
    }

    @Test
    void refusesToBeDestroyedWhileABufferIsLive() {
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        refused(HeapError.BUSY, pool::destroy);
        assertThat(memory.released).hasValue(0);
        pool.free(buffer);
        pool.destroy();
    }

    @Test
    void refusesEverythingOnceDestroyed() {
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        pool.free(buffer);
        pool.destroy();
        refused(HeapError.CLOSED, () -> pool.allocate(PAGE, PAGE));
        refused(HeapError.INVALID_ARGUMENT, () -> pool.free(buffer));
        refused(HeapError.INVALID_ARGUMENT, () -> pool.write(buffer, 0, MemorySegment.ofArray(new byte[1])));
    }

    @Test
    void refusesToFreeTwiceEvenWhenTheAddressIsInUseAgain() {
        PoolBuffer stale = pool.allocate(PAGE, PAGE);
        pool.free(stale);
        refused(HeapError.INVALID_ARGUMENT, () -> pool.free(stale));
        PoolBuffer successor = pool.allocate(PAGE, PAGE);
        assertThat(successor.address(0)).isEqualTo(stale.address(0));
        refused(HeapError.INVALID_ARGUMENT, () -> pool.free(stale));
        pool.free(successor);
    }

    @Test
    void refusesBuffersThatAreNotItsLiveOnes() {
        PoolBuffer foreign = pool(Access.READ_WRITE).allocate(PAGE, PAGE);
        PoolBuffer stale = pool.allocate(PAGE, PAGE);
        pool.free(stale);
        PoolBuffer lookalike = new PoolBuffer() {
            @Override
            public long size() {
                return PAGE;
            }

            @Override
            public long address(int segment) {
                return BASE;
            }
        };
        MemorySegment data = MemorySegment.ofArray(new byte[1]);
        for (PoolBuffer wrong : new PoolBuffer[] {foreign, stale, lookalike, null}) {
            refused(HeapError.INVALID_ARGUMENT, () -> pool.free(wrong));
            refused(HeapError.INVALID_ARGUMENT, () -> pool.offset(wrong));
            refused(HeapError.INVALID_ARGUMENT, () -> pool.teeMemory(wrong));
            refused(HeapError.INVALID_ARGUMENT, () -> pool.map(wrong, Access.READ));
            refused(HeapError.INVALID_ARGUMENT, () -> pool.read(wrong, 0, data));
            refused(HeapError.INVALID_ARGUMENT, () -> pool.write(wrong, 0, data));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 4096", "-4096, 4096", "4096, 0", "4096, 4097", "4096, -4096", "262145, 4096",
        "9223372036854775807, 4096"})
    void refusesSizesAndAlignmentsThatCanNeverBeRight(long size, long alignment) {
        refused(HeapError.INVALID_ARGUMENT, () -> pool.allocate(size, alignment));
    }

    @Test
    void refusesWhatDoesNotFitAndNamesThePool() {
        pool.allocate(SIZE - PAGE, PAGE);
        assertThatThrownBy(() -> pool.allocate(2 * PAGE, PAGE))
                .hasMessageContaining("/reserved-memory/video")
                .isInstanceOfSatisfying(
                        HeapException.class, e -> assertThat(e.error()).isEqualTo(HeapError.NO_MEMORY));
        pool.allocate(PAGE, PAGE);
        refused(HeapError.NO_MEMORY, () -> pool.allocate(PAGE, PAGE));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 4097", "4096, 1", "4095, 2", "9223372036854775807, 1", "-9223372036854775808, 1"})
    void refusesAccessOutsideTheBuffer(long offset, int length) {
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        pool.allocate(PAGE, PAGE);
        MemorySegment data = MemorySegment.ofArray(new byte[length]);
        refused(HeapError.OUT_OF_BOUNDS, () -> pool.write(buffer, offset, data));
        refused(HeapError.OUT_OF_BOUNDS, () -> pool.read(buffer, offset, data));
    }

    @Test
    void writeOnlyMemoryIsNeitherReadNorMapped() {
        StaticPool writeOnly = pool(Access.WRITE);
        PoolBuffer buffer = writeOnly.allocate(PAGE, PAGE);
        MemorySegment data = MemorySegment.ofArray(new byte[1]);
        writeOnly.write(buffer, 0, data);
        refused(HeapError.CPU_ACCESS_DENIED, () -> writeOnly.read(buffer, 0, data));
        refused(HeapError.CPU_ACCESS_DENIED, () -> writeOnly.map(buffer, Access.READ));
        refused(HeapError.CPU_ACCESS_DENIED, () -> writeOnly.map(buffer, Access.READ_WRITE));
    }

    @ParameterizedTest
    @EnumSource(Access.class)
    void memoryThatTheCpuMayNotTouchIsNotTouched(Access access) {
        StaticPool closed = pool(Access.NONE);
        PoolBuffer buffer = closed.allocate(PAGE, PAGE);
        MemorySegment data = MemorySegment.ofArray(new byte[1]);
        refused(HeapError.CPU_ACCESS_DENIED, () -> closed.write(buffer, 0, data));
        refused(HeapError.CPU_ACCESS_DENIED, () -> closed.read(buffer, 0, data));
        refused(HeapError.CPU_ACCESS_DENIED, () -> closed.map(buffer, access));
    }

    @Test
    void saysWhenItsMemoryHasNoWayToDoWhatTheAttributesPermit() {
        StaticPool bare = new StaticPool(
                "bare", BASE, SIZE, HeapAttributes.builder().build(), PoolMemory.outOfReach());
        PoolBuffer buffer = bare.allocate(PAGE, PAGE);
        MemorySegment data = MemorySegment.ofArray(new byte[1]);
        refused(HeapError.NOT_SUPPORTED, () -> bare.write(buffer, 0, data));
        refused(HeapError.NOT_SUPPORTED, () -> bare.read(buffer, 0, data));
        refused(HeapError.NOT_SUPPORTED, () -> bare.map(buffer, Access.READ_WRITE));
        refused(HeapError.NOT_SUPPORTED, () -> bare.teeMemory(buffer));
        bare.free(buffer);
        bare.destroy();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, Integer.MAX_VALUE})
    void buffersHaveOneSegment(int segment) {
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        assertThatThrownBy(() -> buffer.address(segment)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.length(segment)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @CsvSource({"0x40000001, 0x1000", "0x40000000, 0x1001", "0x40000000, 0", "-0x1000, 0x1000"})
    void refusesRangesThatAreNotWholePages(String base, String size) {
        refused(HeapError.INVALID_ARGUMENT, () -> new StaticPool("odd", Long.decode(base), Long.decode(size),
                HeapAttributes.builder().build(), memory));
    }

    @Test
    void refusesAttributesThatTheRangeBelies() {
        refused(HeapError.INVALID_ARGUMENT, () -> new StaticPool("scattered", BASE, SIZE,
                HeapAttributes.builder().contiguous(false).build(), memory));
        refused(HeapError.INVALID_ARGUMENT, () -> new StaticPool("high", BASE, SIZE,
                HeapAttributes.builder().addressBits(30).build(), memory));
        assertThat(new StaticPool("edge", BASE, SIZE, HeapAttributes.builder().addressBits(31).build(), memory))
                .hasToString("edge");
    }

    private static void refused(HeapError error, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(
                HeapException.class, e -> assertThat(e.error()).isEqualTo(error));
    }
}
