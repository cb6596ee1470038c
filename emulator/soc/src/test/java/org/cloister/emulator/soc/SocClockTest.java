// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SocClockTest {
    @Test
    void aStepClockMovesByHandOnly() {
        StepClock clock = new StepClock();
        assertThat(clock.nanos()).isZero();
        clock.advance(Duration.ofSeconds(2));
        clock.advance(Duration.ZERO);
        assertThat(clock.nanos()).isEqualTo(2_000_000_000L);
    }

    @Test
    void aStepClockDoesNotGoBackOrOver() {
        StepClock clock = new StepClock();
        clock.advance(Duration.ofNanos(1));
        assertThatIllegalArgumentException().isThrownBy(() -> clock.advance(Duration.ofNanos(-1)));
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> clock.advance(Duration.ofNanos(Long.MAX_VALUE)));
        assertThat(clock.nanos()).isEqualTo(1);
    }

    @Test
    void theSystemClockCountsFromItsStart() {
        SocClock clock = SocClock.system();
        long first = clock.nanos();
        assertThat(first).isNotNegative();
        assertThat(clock.nanos()).isGreaterThanOrEqualTo(first);
    }
}
