// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.heap.Refusals.refused;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllocationRequestTest {
    @Test
    void aRequestIsRefinedStepByStep() {
        assertThat(AllocationRequest.of(1)).isEqualTo(new AllocationRequest(1, 1, ""));
        assertThat(AllocationRequest.of(7).aligned(1 << 20).named("frame"))
                .isEqualTo(new AllocationRequest(7, 1 << 20, "frame"));
        assertThat(AllocationRequest.of(Long.MAX_VALUE).aligned(1L << 62).size()).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void sizesBelowOneAreRefused(long size) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> AllocationRequest.of(size)))
                .hasMessageContaining("size " + size);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 3, 4095, 4097, Long.MAX_VALUE, Long.MIN_VALUE})
    void alignmentsThatAreNoPowerOfTwoAreRefused(long alignment) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> AllocationRequest.of(1).aligned(alignment)))
                .hasMessageContaining("alignment " + alignment);
    }

    @Test
    void namesHaveAtMost31Characters() {
        assertThat(AllocationRequest.of(1).named("n".repeat(31)).name()).hasSize(31);
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> AllocationRequest.of(1).named("n".repeat(32))))
                .hasMessageContaining("32 characters");
        assertThatNullPointerException().isThrownBy(() -> AllocationRequest.of(1).named(null));
    }
}
