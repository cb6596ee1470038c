// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LendingPolicyTest {
    @ParameterizedTest
    @CsvSource({"0, 4096, 4096, 1, 1", "-4096, 4096, 4096, 1, 1", "4097, 4096, 8192, 1, 1", "4096, 0, 4096, 1, 1",
        "4096, -4096, 4096, 1, 1", "4096, 3, 4096, 1, 1", "8192, 4096, 4096, 1, 1", "4096, 4096, 4096, -1, 1",
        "4096, 4096, 4096, 1, 0", "4096, 4096, 4096, 1, -1"})
    void refuses(long minimum, long alignment, long largest, int idle, long seconds) {
        HeapException e = catchThrowableOfType(HeapException.class, () -> new LendingPolicy(minimum, alignment, largest,
                idle, Duration.ofSeconds(seconds)));
        assertThat(e).isNotNull();
        assertThat(e.error()).isEqualTo(HeapError.INVALID_ARGUMENT);
    }

    @Test
    void neverPrefersLessThanIsNeeded() {
        LendingPolicy policy = LendingPolicy.of(0x10_0000, 0x1_0000).growingTo(0x40_0000);
        assertThat(policy.smallestFor(1)).isEqualTo(0x10_0000);
        assertThat(policy.smallestFor(0x10_0001)).isEqualTo(0x11_0000);
        assertThat(policy.preferredFor(0x10_0000, 0)).isEqualTo(0x10_0000);
        assertThat(policy.preferredFor(0x10_0000, 0x21_1000)).isEqualTo(0x21_0000);
        assertThat(policy.preferredFor(0x10_0000, 0x100_0000)).isEqualTo(0x40_0000);
        assertThat(policy.preferredFor(0x80_0000, 0x100_0000)).isEqualTo(0x80_0000);
    }

    @Test
    void growingNeverMeansLessThanTheMinimum() {
        assertThat(LendingPolicy.of(0x10_0000, 4096).growingTo(1).largestChunk()).isEqualTo(0x10_0000);
    }

    @Test
    void idleTimeForEverFitsTheClock() {
        LendingPolicy policy = LendingPolicy.of(4096, 4096).keeping(1, Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(policy.idleNanos()).isPositive().isLessThan(Long.MAX_VALUE / 2);
    }

    @Test
    void aBudgetCountsWhatIsLeft() {
        assertThat(new RegionBudget(2, 9).left()).isEqualTo(7);
        assertThat(new RegionBudget(9, 8).left()).isZero();
        assertThat(new RegionBudget(2, 9)).hasToString("2 of 9 firewall regions are in use");
        assertThatThrownBy(() -> new RegionBudget(-1, 9)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RegionBudget(0, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
