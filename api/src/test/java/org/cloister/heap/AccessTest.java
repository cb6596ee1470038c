// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The algebra of rights, compared with sets, for every pair. */
class AccessTest {
    private enum Right { READ, WRITE }

    private static Set<Right> set(Access access) {
        return switch (access) {
            case NONE -> EnumSet.noneOf(Right.class);
            case READ -> EnumSet.of(Right.READ);
            case WRITE -> EnumSet.of(Right.WRITE);
            case READ_WRITE -> EnumSet.allOf(Right.class);
        };
    }

    private static Stream<Arguments> pairs() {
        return Arrays.stream(Access.values())
                .flatMap(a -> Arrays.stream(Access.values()).map(b -> Arguments.of(a, b)));
    }

    @ParameterizedTest
    @EnumSource
    void eachIsASetOfRights(Access access) {
        assertThat(access.reads()).isEqualTo(set(access).contains(Right.READ));
        assertThat(access.writes()).isEqualTo(set(access).contains(Right.WRITE));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void allowsMeansContains(Access granted, Access wanted) {
        assertThat(granted.allows(wanted)).isEqualTo(set(granted).containsAll(set(wanted)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void orIsTheUnion(Access a, Access b) {
        var union = EnumSet.copyOf(set(a));
        union.addAll(set(b));
        assertThat(set(a.or(b))).isEqualTo(union);
        assertThat(a.or(b)).isEqualTo(b.or(a));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void andIsTheIntersection(Access a, Access b) {
        var common = EnumSet.copyOf(set(a));
        common.retainAll(set(b));
        assertThat(set(a.and(b))).isEqualTo(common);
        assertThat(a.and(b)).isEqualTo(b.and(a));
    }
}
