// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.heap.Refusals.refused;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeapAttributesTest {
    @Test
    void theBuilderStartsWithNormalMemory() {
        HeapAttributes normal = HeapAttributes.builder().build();
        assertThat(normal.restricted()).isFalse();
        assertThat(normal.enforcement()).isEqualTo(Enforcement.NONE);
        assertThat(normal.cpuAccess()).isEqualTo(Access.READ_WRITE);
        assertThat(normal.contiguous()).isTrue();
        assertThat(normal.granularity()).isEqualTo(4096);
        assertThat(normal.zeroing()).isEqualTo(Zeroing.NOBODY);
        assertThat(normal.addressBits()).isEqualTo(64);
        assertThat(normal.grants()).isEmpty();
        assertThat(normal.movable()).isFalse();
    }

    @Test
    void everyAttributeCountsForEquality() {
        List<UnaryOperator<HeapAttributes.Builder>> changes = List.of(
                b -> b.enforcement(Enforcement.ENCRYPTION), b -> b.cpuAccess(Access.WRITE), b -> b.contiguous(false),
                b -> b.granularity(65536), b -> b.zeroing(Zeroing.CPU), b -> b.addressBits(32),
                b -> b.grants(Map.of()), b -> b.movable(true));
        HeapAttributes plain = HeapAttributes.builder().build();
        assertThat(plain).isEqualTo(HeapAttributes.builder().build()).isNotEqualTo("attributes")
                .hasSameHashCodeAs(HeapAttributes.builder().build());
        assertThat(changes).allSatisfy(change -> {
            HeapAttributes other = change.apply(HeapAttributes.builder()).build();
            assertThat(other).isNotEqualTo(plain).isEqualTo(change.apply(HeapAttributes.builder()).build());
            assertThat(other.toString()).isNotEqualTo(plain.toString());
        });
    }

    @ParameterizedTest
    @EnumSource
    void whoeverEnforcesRestricts(Enforcement enforcement) {
        assertThat(HeapAttributes.builder().enforcement(enforcement).cpuAccess(Access.NONE).build().restricted())
                .isEqualTo(enforcement != Enforcement.NONE);
    }

    @ParameterizedTest
    @EnumSource(names = {"READ", "READ_WRITE"})
    void memoryBehindAFirewallIsNeverReadByTheCpu(Access access) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> HeapAttributes.builder()
                .enforcement(Enforcement.FIREWALL).cpuAccess(access).build()))
                .hasMessageContaining("never readable by the CPU");
    }

    @Test
    void aHeapThatNobodyCanFillIsRefused() {
        refused(HeapError.INVALID_ARGUMENT, () -> HeapAttributes.builder().cpuAccess(Access.READ).build());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -4096, 3, 4095, Long.MIN_VALUE})
    void granularitiesThatAreNoPowerOfTwoAreRefused(long granularity) {
        refused(HeapError.INVALID_ARGUMENT, () -> HeapAttributes.builder().granularity(granularity).build());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65, Integer.MAX_VALUE})
    void impossibleAddressBitsAreRefused(int bits) {
        refused(HeapError.INVALID_ARGUMENT, () -> HeapAttributes.builder().addressBits(bits).build());
    }

    @Test
    void whoIsNotGrantedMayDoNothing() {
        var grants = new HashMap<>(Map.of("decoder", Access.READ_WRITE, "display", Access.READ));
        HeapAttributes attributes = HeapAttributes.builder().grants(grants).build();
        grants.put("gpu", Access.READ_WRITE); // a copy was taken
        assertThat(attributes.grantOf("decoder")).isEqualTo(Access.READ_WRITE);
        assertThat(attributes.grantOf("display")).isEqualTo(Access.READ);
        assertThat(attributes.grantOf("gpu")).isEqualTo(Access.NONE);
        assertThat(attributes.grantOf("")).isEqualTo(Access.NONE);
    }

    @Test
    void whereGrantsAreUnknownOnlyTheDeviceFindsOut() {
        assertThat(HeapAttributes.builder().build().grantOf("gpu")).isEqualTo(Access.READ_WRITE);
    }

    @Test
    void nothingIsNull() {
        assertThatNullPointerException().isThrownBy(() -> HeapAttributes.builder().enforcement(null));
        assertThatNullPointerException().isThrownBy(() -> HeapAttributes.builder().cpuAccess(null));
        assertThatNullPointerException().isThrownBy(() -> HeapAttributes.builder().zeroing(null));
        assertThatNullPointerException().isThrownBy(() -> HeapAttributes.builder().grants(null));
    }
}
