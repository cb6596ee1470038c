// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StaticRangesTest {
    private static final int PAGE = 4096;
    private static final long BASE = 0x4000_0000L;
    private static final long SIZE = 16 * PAGE;

    private final StaticRanges ranges = new StaticRanges();

    @Test
    void aSecondPoolServesWhatTheFirstHasLeft() {
        StaticPool old = open(BASE, SIZE, UseCase.SECURE_VIDEO);
        PoolBuffer kept = old.allocate(10 * PAGE, PAGE);
        StaticPool young = open(BASE, SIZE, UseCase.SECURE_VIDEO);
        assertThat(young.usage().free()).hasValue(6 * PAGE);
        assertThat(young.allocate(PAGE, PAGE).address(0)).isEqualTo(BASE + 10 * PAGE);
        refused(HeapError.NO_MEMORY, () -> young.allocate(6 * PAGE, PAGE));
        old.free(kept);
        assertThat(young.allocate(10 * PAGE, PAGE).address(0)).isEqualTo(BASE);
    }

    @Test
    void eachPoolFreesItsOwnBuffersOnly() {
        StaticPool old = open(BASE, SIZE, UseCase.SECURE_VIDEO);
        StaticPool young = open(BASE, SIZE, UseCase.SECURE_VIDEO);
        PoolBuffer buffer = old.allocate(PAGE, PAGE);
        refused(HeapError.INVALID_ARGUMENT, () -> young.free(buffer));
        old.free(buffer);
    }

    @Test
    void aPoolIsDestroyedWhenItsOwnBuffersAreGone() {
        StaticPool old = open(BASE, SIZE, UseCase.SECURE_VIDEO);
        StaticPool young = open(BASE, SIZE, UseCase.SECURE_VIDEO);
        PoolBuffer buffer = young.allocate(PAGE, PAGE);
        old.destroy();
        refused(HeapError.BUSY, young::destroy);
        young.free(buffer);
        young.destroy();
    }

    @Test
    void aRangeIsForgottenWithItsLastPool() {
        StaticPool first = open(BASE, SIZE, UseCase.SECURE_VIDEO);
        StaticPool second = open(BASE, SIZE, UseCase.SECURE_VIDEO);
        first.destroy();
        refused(HeapError.BUSY, () -> open(BASE, SIZE, UseCase.TRUSTED_UI));
        second.destroy();
        open(BASE, SIZE, UseCase.TRUSTED_UI);
    }

    @Test
    void rangesSideBySideDoNotMind() {
        open(BASE, SIZE, UseCase.SECURE_VIDEO);
        open(BASE + SIZE, SIZE, UseCase.TRUSTED_UI);
        open(BASE - SIZE, SIZE, UseCase.SECURE_VIDEO);
    }

    @ParameterizedTest
    @CsvSource({"0x40001000, 0xf000", "0x40000000, 0xf000", "0x3ffff000, 0x2000", "0x40004000, 0x1000",
        "0x3fff0000, 0x40000"})
    void refusesRangesThatOverlapWithOtherBounds(String base, String size) {
        open(BASE, SIZE, UseCase.SECURE_VIDEO);
        refused(HeapError.BUSY, () -> open(Long.decode(base), Long.decode(size), UseCase.SECURE_VIDEO));
    }

    @Test
    void refusesAnotherUseCaseInTheSameRange() {
        StaticPool video = open(BASE, SIZE, UseCase.SECURE_VIDEO);
        assertThatThrownBy(() -> open(BASE, SIZE, UseCase.TRUSTED_UI))
                .hasMessageContaining("is in use for secure-video");
        video.destroy();
    }

    @Test
    void refusesAnotherGranularityInTheSameRange() {
        open(BASE, SIZE, UseCase.SECURE_VIDEO);
        HeapAttributes coarse = HeapAttributes.builder().granularity(2 * PAGE).build();
        refused(HeapError.BUSY, () -> ranges.open(
                "coarse", UseCase.SECURE_VIDEO, BASE, SIZE, coarse, PoolMemory.outOfReach()));
    }

    @Test
    void aRefusedPoolLeavesNoRangeInUse() {
        HeapAttributes scattered = HeapAttributes.builder().contiguous(false).build();
        refused(HeapError.INVALID_ARGUMENT, () -> ranges.open(
                "scattered", UseCase.TRUSTED_UI, BASE, SIZE, scattered, PoolMemory.outOfReach()));
        refused(HeapError.INVALID_ARGUMENT, () -> open(BASE + 1, SIZE, UseCase.TRUSTED_UI));
        open(BASE, SIZE, UseCase.SECURE_VIDEO);
    }

    private StaticPool open(long base, long size, UseCase useCase) {
        return ranges.open(
                "range", useCase, base, size, HeapAttributes.builder().build(), PoolMemory.outOfReach());
    }

    private static void refused(HeapError error, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(
                HeapException.class, e -> assertThat(e.error()).isEqualTo(error));
    }
}
