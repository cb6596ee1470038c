// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmcRegistersTest {
    private final SmcRegisters registers = new SmcRegisters();

    @Test
    void narrowWritesClearTheUpperHalf() {
        registers.set(3, -1).setW(3, -2);
        assertThat(registers.x(3)).isEqualTo(0xFFFF_FFFEL);
        assertThat(registers.w(3)).isEqualTo(-2);
    }

    @Test
    void splitsAndJoinsPairs() {
        registers.setPair(4, 5, 0x8000_1000_FFFF_0001L);
        assertThat(registers.x(4)).isEqualTo(0xFFFF_0001L);
        assertThat(registers.x(5)).isEqualTo(0x8000_1000L);
        assertThat(registers.pair(4, 5)).isEqualTo(0x8000_1000_FFFF_0001L);
    }

    @Test
    void aFunctionStartsFromZero() {
        for (int i = 0; i < SmcRegisters.COUNT; i++) {
            registers.set(i, i + 1);
        }
        registers.function(FfaFunction.VERSION).set(1, 0x10002);
        assertThat(registers).hasToString("84000063 10002 0 0 0 0 0 0");
    }

    @Test
    void showsTheUpperRegistersWhenTheyMatter() {
        registers.set(17, 1);
        assertThat(registers).hasToString("0 ".repeat(17) + "1");
    }

    @Test
    void copies() {
        var other = new SmcRegisters().set(17, 5);
        assertThat(registers.sameAs(other)).isFalse();
        assertThat(registers.copyFrom(other).sameAs(other)).isTrue();
    }

    @Test
    void thereAre18() {
        assertThatThrownBy(() -> registers.x(18)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0x84000060, true", "0xC400008E, true", "0x84000090, true", "0x84000091, false", "0x840000FF, false",
        "0x8400005F, false", "0x04000063, false", "0xB2000009, false"
    })
    void knowsTheRangeOfFfa(String function, boolean expected) {
        assertThat(FfaFunction.isFfa(Long.decode(function).intValue())).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(FfaStatus.class)
    void findsEachStatusByItsCode(FfaStatus status) {
        assertThat(FfaStatus.of(status.code())).contains(status);
        assertThat(status.code()).isEqualTo(-status.ordinal());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -11, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void findsNoStatusForOtherCodes(int code) {
        assertThat(FfaStatus.of(code)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0xFFFF0000, true", "0xFFFF0005, true", "0xFFFFFFFF, false", "0, false", "7, false"})
    void tellsRequestsFromReturnCodes(String code, boolean request) {
        assertThat(OpteeSmc.isRpc(Long.decode(code).intValue())).isEqualTo(request);
    }
}
