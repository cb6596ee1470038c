// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.cloister.driver.display.PlaneState.BLACK;
import static org.cloister.driver.display.PlaneState.CLOSED;
import static org.cloister.driver.display.PlaneState.FETCHING;
import static org.cloister.driver.display.PlaneState.OFF;
import static org.cloister.driver.display.PlaneState.SHOWN;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.driver.display.PlaneState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each pair of a state and a signal: the table of {@link PlaneState}, and that all else is illegal. */
class PlaneStatesTest {
    /** The shortest way to each state. */
    private static final Map<PlaneState, List<PlaneSignal>> WAYS = new EnumMap<>(Map.of(
            OFF, List.of(),
            FETCHING, List.of(PlaneSignal.FETCH),
            SHOWN, List.of(PlaneSignal.FETCH, PlaneSignal.PRESENTED),
            BLACK, List.of(PlaneSignal.FETCH, PlaneSignal.BLACKENED),
            CLOSED, List.of(PlaneSignal.STOPPED)));

    static Stream<Arguments> pairs() {
        return Arrays.stream(PlaneState.values())
                .flatMap(from -> Arrays.stream(PlaneSignal.values()).map(signal -> Arguments.of(from, signal)));
    }

    /** The table, written down a second time. */
    private static Optional<PlaneState> expected(PlaneState from, PlaneSignal signal) {
        return switch (from) {
            case CLOSED -> Optional.empty();
            case FETCHING -> switch (signal) {
                case PRESENTED -> Optional.of(SHOWN);
                case CLEARED, DROPPED -> Optional.of(OFF); // it was off before
                case BLACKENED -> Optional.of(BLACK);
                case EXPOSED -> Optional.of(FETCHING);
                case FETCH, STOPPED -> Optional.empty();
            };
            case OFF, SHOWN, BLACK -> switch (signal) {
                case FETCH -> Optional.of(FETCHING);
                case EXPOSED -> Optional.of(BLACK);
                case STOPPED -> Optional.of(CLOSED);
                case PRESENTED, CLEARED, BLACKENED, DROPPED -> Optional.empty();
            };
        };
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void followsItsTable(PlaneState from, PlaneSignal signal) {
        PlaneStates states = in(from);
        Optional<PlaneState> next = expected(from, signal);
        if (next.isPresent()) {
            states.on(signal);
            assertThat(states.now()).isEqualTo(next.get());
        } else {
            assertThatIllegalStateException().isThrownBy(() -> states.on(signal))
                    .withMessage("plane of the test is %s: %s is impossible", from, signal);
            assertThat(states.now()).isEqualTo(from);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "SHOWN", "BLACK"})
    void aDroppedFlipLeavesItAsItWas(PlaneState before) {
        PlaneStates states = in(before);
        states.on(PlaneSignal.FETCH);
        states.on(PlaneSignal.DROPPED);
        assertThat(states.now()).isEqualTo(before);
    }

    @Test
    void whatIsExposedWhileItFetchesIsBlackWhenTheFlipIsDropped() {
        PlaneStates states = in(SHOWN);
        states.on(PlaneSignal.FETCH);
        states.on(PlaneSignal.EXPOSED);
        states.on(PlaneSignal.DROPPED);
        assertThat(states.now()).isEqualTo(BLACK);
    }

    private static PlaneStates in(PlaneState wanted) {
        PlaneStates states = new PlaneStates("of the test");
        WAYS.get(wanted).forEach(states::on);
        assertThat(states.now()).isEqualTo(wanted);
        return states;
    }
}
